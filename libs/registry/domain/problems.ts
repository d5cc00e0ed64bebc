import { defineProblems, refusal } from '../../kernel';
import type { UsccFault } from './uscc';

/** Everything the register can refuse. Codes are public API. */
export const RegistryProblem = defineProblems('registry', {
  notFound: refusal({ status: 404, title: 'Not found', zh: '未找到' }),
  usccWrong: refusal<{ pointer: string; fault: UsccFault; position?: number; found?: string; expected?: string; overridable: boolean }>({
    status: 422,
    title: 'This is not a valid unified social credit code',
    zh: '统一社会信用代码有误',
  }),
  usccMissing: refusal<{ pointer: string; kind: string }>({
    status: 422,
    title: 'A subject of this kind has a unified social credit code',
    zh: '该类主体须填写统一社会信用代码',
  }),
  usccTaken: refusal<{ uscc: string; subjectId?: string }>({
    status: 409,
    title: 'A subject with this code is already registered',
    zh: '该统一社会信用代码已登记',
  }),
  overrideNotAllowed: refusal<{ permission: string }>({
    status: 403,
    title: 'A failed check may be overridden by a supervisor only',
    zh: '校验未通过，仅限有权限的负责人说明理由后录入',
  }),
  regNoWrong: refusal<{ pointer: string; position?: number; expected?: string | number; reason: string }>({
    status: 422,
    title: 'This is not a valid 15-digit registration number',
    zh: '15位注册号有误',
  }),
  domainWrong: refusal<{ pointer: string; reason: string }>({
    status: 422,
    title: 'This is not a domain name',
    zh: '域名格式有误',
  }),
  urlWrong: refusal<{ pointer: string; reason: 'notHttp' | 'credentials' | 'tooLong' | 'otherHost' }>({
    status: 422,
    title: 'The address must be http(s), without credentials, and lie on the filed domain',
    zh: '网址须为 http(s)，不含账号口令，并位于所备案域名之下',
  }),
  numberFormat: refusal<{ pointer: string; format: string }>({
    status: 422,
    title: 'The number does not have the form of its kind',
    zh: '号码格式有误',
  }),
  exemptionMissing: refusal<{ pointer: string }>({
    status: 422,
    title: 'A natural person who is not registered must state the ground of exemption',
    zh: '免于登记的自然人须载明免登记情形',
  }),
  outsideScope: refusal<{ divisionCode: string }>({
    status: 403,
    title: 'The division is outside your territory',
    zh: '该行政区划不在您的管辖范围内',
  }),
  conflictDecided: refusal({ status: 409, title: 'The conflict has been decided', zh: '该冲突已处理' }),
  operatorTaken: refusal<{ name: string }>({ status: 409, title: 'An operator of this name exists', zh: '同名运营单位已存在' }),
});
