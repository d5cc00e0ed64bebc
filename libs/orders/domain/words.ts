import type { OrderKind, OrderScope, RestorationGround } from './order';
import type { LineResult, Measure } from './report';
import type { Verdict } from './verdict';

/** Words of printed papers and of the operator's pages; the console has its own. */
export const SCOPE_ZH: Record<OrderScope, string> = {
  account: '账号',
  shop: '全店',
  listing: '指定商品',
  domain: '域名',
  resolution: '域名解析',
  access: '网站接入',
};
export const SCOPE_ADVICE_ZH: Record<OrderScope, string> = {
  account: '关闭账号',
  shop: '关闭网店',
  listing: '下架指定商品',
  domain: '注销域名',
  resolution: '停止域名解析',
  access: '关闭网站、停止接入',
};
export const GROUND_ZH: Record<RestorationGround, string> = {
  corrected: '违法行为已改正',
  noViolation: '经查不构成违法',
  decisionAnnulled: '原决定已被撤销或者变更',
  lapsed: '暂停期限届满',
  mistake: '原通知有误',
};

export type Word = Record<'zh' | 'en', string>;
export const KIND: Record<OrderKind, Word> = {
  suspension: { zh: '暂停提供服务通知书', en: 'Notice to suspend service' },
  closure: { zh: '行政建议书（关闭网站）', en: 'Administrative recommendation: close site' },
  restoration: { zh: '恢复提供服务通知书', en: 'Restoration notice' },
};
export const SCOPE: Record<OrderScope, Word> = {
  account: { zh: SCOPE_ZH.account, en: 'account' },
  shop: { zh: SCOPE_ZH.shop, en: 'whole shop' },
  listing: { zh: SCOPE_ZH.listing, en: 'named goods' },
  domain: { zh: SCOPE_ZH.domain, en: 'domain' },
  resolution: { zh: SCOPE_ZH.resolution, en: 'name resolution' },
  access: { zh: SCOPE_ZH.access, en: 'access of the site' },
};
export const RESULT: Record<LineResult, Word> = {
  done: { zh: '已执行', en: 'done' },
  partly: { zh: '部分执行', en: 'partly done' },
  notPossible: { zh: '无法执行', en: 'not possible' },
  contested: { zh: '有异议', en: 'contested' },
};
export const MEASURE: Record<Measure, Word> = {
  visibility: { zh: '限制展示、搜索', en: 'visibility restricted' },
  money: { zh: '限制支付、结算、推广', en: 'payments restricted' },
  servicePartialSuspension: { zh: '暂停部分服务', en: 'service suspended in part' },
  serviceTotalSuspension: { zh: '暂停全部服务', en: 'service suspended' },
  servicePartialTermination: { zh: '终止部分服务', en: 'service terminated in part' },
  serviceTotalTermination: { zh: '终止全部服务', en: 'service terminated' },
  accountSuspension: { zh: '暂停账号', en: 'account suspended' },
  accountTermination: { zh: '注销账号', en: 'account terminated' },
  resolutionStopped: { zh: '停止解析', en: 'resolution stopped' },
  accessStopped: { zh: '停止接入', en: 'access stopped' },
  filingCancelled: { zh: '注销备案', en: 'filing cancelled' },
  restored: { zh: '恢复服务', en: 'service restored' },
};
export const VERDICT: Record<Verdict, Word> = {
  live: { zh: '仍可访问', en: 'live' },
  partlyLive: { zh: '部分仍可访问', en: 'partly live' },
  suspended: { zh: '已暂停', en: 'suspended' },
  closed: { zh: '已关闭', en: 'closed' },
  moved: { zh: '已迁移至其他地址', en: 'moved to another address' },
  inconclusive: { zh: '无法判断', en: 'cannot tell' },
};
