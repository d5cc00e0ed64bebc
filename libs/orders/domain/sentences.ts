import type { OrderFact } from './facts';

interface Sentence {
  zh: string;
  en: string;
}

/** What the case's timeline says about each order fact; `{n}` is the order's number. */
export const SENTENCES: Record<string, Sentence> = {
  'order.dispatched': { zh: '{n}已发出', en: '{n} was dispatched' },
  'order.delivered': { zh: '{n}已送达受通知方邮箱', en: "{n} reached the operator's mailbox" },
  'order.acknowledged': { zh: '{n}已由受通知方签收', en: '{n} was acknowledged by the operator' },
  'order.begun': { zh: '{n}受通知方已开始执行', en: 'The operator has begun to carry out {n}' },
  'order.reported': { zh: '{n}受通知方已报告执行情况', en: 'The operator reported on {n}' },
  'order.contested': { zh: '{n}受通知方表示无法执行或有异议', en: 'The operator could not carry out or contests {n}' },
  'order.verified': { zh: '{n}经复查确认已执行', en: '{n} was verified by our own observations' },
  'order.failed': { zh: '{n}经复查确认未执行', en: 'Our own observations show that {n} was not carried out' },
  'order.reopened': {
    zh: '{n}执行后服务又恢复，已重新要求执行',
    en: 'The service is back in spite of {n}; the operator was asked again',
  },
  'order.escalated': { zh: '{n}已上报督办', en: '{n} was escalated' },
  'order.lapsed': {
    zh: '{n}载明的期限届满，措施自动失效，系统已自动发出恢复通知书',
    en: '{n} lapsed; a restoration notice was made and dispatched without human action',
  },
  'order.withdrawn': { zh: '{n}已撤回', en: '{n} was withdrawn' },
  'order.restoreDispatched': { zh: '{n}的恢复通知书已发出', en: 'The restoration of {n} was dispatched' },
  'order.restored': { zh: '{n}所涉服务已恢复', en: 'The service that {n} had stopped is restored' },
};

export function sentenceOf(type: string, { number, vantages }: Pick<OrderFact, 'number' | 'vantages'>): Sentence | null {
  const sentence = SENTENCES[type];
  const fill = (text: string) => text.replace('{n}', number ?? '');
  const from = seenFrom(vantages ?? []);
  return sentence ? { zh: fill(sentence.zh) + from.zh, en: fill(sentence.en) + from.en } : null;
}

/** Where one vantage point stood in for two it has to be said. */
function seenFrom(vantages: readonly string[]): Sentence {
  if (vantages.length === 0) return { zh: '', en: '' };
  const [zh, en] = [vantages.join('、'), vantages.join(', ')];
  if (vantages.length > 1)
    return { zh: `（自${vantages.length}个出口所见：${zh}）`, en: ` (seen from ${vantages.length} vantage points: ${en})` };
  return { zh: `（仅自一个出口所见：${zh}）`, en: ` (seen from one vantage point only: ${en})` };
}
