import { defineProblems, refusal } from '../../kernel';

/** Everything supervision can refuse. Codes are public API. */
export const SupervisionProblem = defineProblems('supervision', {
  findingNotFound: refusal({ status: 404, title: 'Finding not found', zh: '未找到该问题线索' }),
  unknownRule: refusal<{ rule: string }>({ status: 422, title: 'The rule library has no such rule', zh: '规则库中没有该规则' }),
  nothingFound: refusal<{ captureId: string; rules: number }>({
    status: 422,
    title: 'The captured page holds nothing that the rules look for',
    zh: '该采集页面未发现规则所列问题',
  }),
  captureOfOtherOutlet: refusal<{ captureId: string; outletId: string }>({
    status: 422,
    title: 'The capture was made of another outlet',
    zh: '该采集记录不属于此网络经营场所',
  }),
  noteMissing: refusal({ status: 422, title: 'Say what you saw', zh: '请说明发现的情况' }),
  reasonMissing: refusal({ status: 422, title: 'A finding is dismissed with a reason only', zh: '排除问题线索须填写理由' }),
  illegalTransition: refusal<{ state: string; action: string; allowed: string[] }>({
    status: 409,
    title: 'The finding was decided already',
    zh: '该问题线索已作出处理',
  }),
});
