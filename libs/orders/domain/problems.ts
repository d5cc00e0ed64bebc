import { defineProblems, type FieldFault, refusal } from '../../kernel';
import type { MissingItem } from './content-check';
import type { OrderKind } from './order';

/** Everything orders can refuse. Codes are public API. An order out of scope is `platform.notFound`, like one that does not exist. */
export const OrdersProblem = defineProblems('orders', {
  illegalMove: refusal<{ state: string; action: string; allowed: string[] }>({
    status: 409,
    title: 'The order cannot make this move now',
    zh: '通知书当前状态不允许此操作',
  }),
  caseNotReady: refusal<{ kind: OrderKind; state: string; required: string[]; requiredZh: string }>({
    status: 409,
    title: 'The case has not come far enough for this order',
    zh: '案件尚未达到发出该文书的条件',
  }),
  contentIncomplete: refusal<{ missing: MissingItem[] }>({
    status: 422,
    title: 'The order does not say everything it must',
    zh: '通知书内容不完整',
  }),
  separationOfDuty: refusal<{ act: string }>({
    status: 403,
    title: 'Nobody decides on his own work',
    zh: '不得审批本人提交或经办的事项',
  }),
  reviewMissing: refusal({ status: 409, title: 'The legal reviewer has not agreed yet', zh: '尚未经法制审核同意' }),
  reasonMissing: refusal<{ action: string }>({ status: 422, title: 'Give the reason', zh: '请填写理由' }),
  noContact: refusal<{ operatorId: string }>({
    status: 409,
    title: 'The operator has no contact with an e-mail address for orders',
    zh: '受通知方没有可用的通知书联系人邮箱',
  }),
  notEditable: refusal<{ state: string }>({ status: 409, title: 'Only a draft can be edited', zh: '仅草稿可以修改' }),
  nothingToLift: refusal<{ liftsOrderId: string | null; state: string | null }>({
    status: 409,
    title: 'This order is not running, so nothing can be restored',
    zh: '原通知书不在执行中,无法恢复',
  }),
  alreadyLifting: refusal<{ liftsOrderId: string }>({
    status: 409,
    title: 'A restoration of this order exists already',
    zh: '该通知书已有恢复通知',
  }),
  paperNotReady: refusal({ status: 409, title: 'The document is not sealed yet', zh: '文书尚未用印' }),
  linkExpired: refusal({
    status: 410,
    title: 'This link has expired; a new one goes to the registered contact only',
    zh: '链接已失效,新链接仅发送至登记的联系人',
  }),
  codeRequired: refusal({ status: 401, title: 'Enter the one-time code first', zh: '请先输入一次性验证码' }),
  codeWrong: refusal<{ triesLeft: number }>({
    status: 403,
    title: 'The code is wrong or no longer valid',
    zh: '验证码不正确或已失效',
  }),
  tooManyCodes: refusal<{ retryAfterS: number }>({
    status: 429,
    title: 'Too many codes were asked for',
    zh: '验证码请求过于频繁',
  }),
  reportFaulty: refusal<{ errors: FieldFault[] }>({
    status: 422,
    title: 'Some fields of the report are wrong',
    zh: '执行报告部分内容有误',
  }),
  proofTypeNotAccepted: refusal<{ name: string; accepted: string[] }>({
    status: 422,
    title: 'This kind of file is not accepted as proof',
    zh: '不接受该类型的证明文件',
  }),
});
