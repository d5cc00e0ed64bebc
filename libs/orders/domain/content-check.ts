import { localDate } from '../../kernel';
import { type OrderAddress, type OrderContent, orderRules } from './order';

/** The eight things that an order must say before anybody may approve it, in the order in which they are printed. */
export const CONTENT_ITEMS = [
  'legalBasis',
  'reasons',
  'authority',
  'addresses',
  'measure',
  'period',
  'remedies',
  'reporting',
] as const;
export type ContentItem = (typeof CONTENT_ITEMS)[number];

/** What one item lacks: the field that the console focuses, and a sentence in both languages. */
export interface MissingItem {
  item: ContentItem;
  field: string;
  en: string;
  zh: string;
}

/** What the check knows about the world besides the order itself. */
export interface CheckContext {
  now: Date;
  /** When each address was last fetched successfully, by `captureId`; from the fixed packages, never from what was typed. */
  fetchedAt: ReadonlyMap<string, Date>;
}

const miss = (item: ContentItem, field: string, en: string, zh: string): MissingItem => ({ item, field, en, zh });

type Check = (order: OrderContent, context: CheckContext) => MissingItem[];

/** One function per item; a further item without a function does not compile. */
const CHECKS: Record<ContentItem, Check> = {
  // A citation that was not read as law may stand beside one that was, never instead of it.
  legalBasis: ({ basis }) =>
    basis.some(({ mark }) => mark === 'F')
      ? []
      : [miss('legalBasis', 'basis', 'No legal basis that was read as law', '缺少已核实的法律依据')],
  reasons: ({ reasons }) => (reasons.trim() ? [] : [miss('reasons', 'reasons', 'No reasons', '缺少理由')]),
  authority: ({ authority, officers }) => [
    ...(authority.trim() ? [] : [miss('authority', 'authority', 'No issuing authority', '缺少发出机关')]),
    ...(new Set(officers).size >= 2
      ? []
      : [miss('authority', 'officers', 'Two different officers are required', '须有两名不同的执法人员')]),
  ],
  addresses: (order, context) =>
    order.addresses.length === 0
      ? [miss('addresses', 'addresses', 'No exact address', '缺少准确的网址')]
      : order.addresses.flatMap((address, at) => missingOfAddress(order, address, at, context)),
  measure: ({ scope, operatorId }) => [
    ...(scope ? [] : [miss('measure', 'scope', 'No scope of the measure', '缺少措施范围')]),
    ...(operatorId ? [] : [miss('measure', 'operatorId', 'No operator is addressed', '缺少受通知的经营者')]),
  ],
  period: missingOfPeriod,
  remedies: ({ remedyOperator, remedyMerchant }) => [
    ...(remedyOperator.trim()
      ? []
      : [miss('remedies', 'remedyOperator', 'No remedy for the operator', '缺少受通知方的救济途径')]),
    ...(remedyMerchant.trim() ? [] : [miss('remedies', 'remedyMerchant', 'No remedy for the merchant', '缺少经营者的救济途径')]),
  ],
  reporting: ({ reportHow }) =>
    reportHow.trim()
      ? []
      : [miss('reporting', 'reportHow', 'Where and how to report the effect is not said', '缺少执行情况的报告方式')],
};

/** A restoration names addresses that are down by our own order: asking for a fresh fetch of them would be asking for the impossible. */
function missingOfAddress(
  order: OrderContent,
  address: OrderAddress,
  at: number,
  { now, fetchedAt }: CheckContext,
): MissingItem[] {
  if (order.kind === 'restoration' || address.justification?.trim()) return [];
  const fetched = address.captureId ? fetchedAt.get(address.captureId) : undefined;
  const ageMs = fetched ? now.getTime() - fetched.getTime() : Infinity;
  if (ageMs <= orderRules.addressFreshHours.value * 3_600_000) return [];
  return [
    miss(
      'addresses',
      `addresses.${at}`,
      `${address.url} was not fetched successfully in the last ${orderRules.addressFreshHours.value} hours and no reason is given`,
      `${address.url} 在${orderRules.addressFreshHours.value}小时内未成功获取,也未说明理由`,
    ),
  ];
}

function missingOfPeriod({ kind, executeBy, until }: OrderContent, { now }: CheckContext): MissingItem[] {
  if (!executeBy) return [miss('period', 'executeBy', 'No time by which to act', '缺少执行时限')];
  if (executeBy <= now) return [miss('period', 'executeBy', 'The time by which to act has passed', '执行时限已过')];
  if (kind !== 'suspension') return [];
  if (!until) return [miss('period', 'until', 'A suspension must end on a day', '暂停服务须写明截止日')];
  if (until < localDate(executeBy))
    return [miss('period', 'until', 'The suspension ends before it begins', '截止日早于执行时限')];
  const last = localDate(new Date(now.getTime() + orderRules.maxSuspensionDays.value * 86_400_000));
  if (until <= last) return [];
  return [
    miss(
      'period',
      'until',
      `Longer than ${orderRules.maxSuspensionDays.value} days`,
      `超过${orderRules.maxSuspensionDays.value}日`,
    ),
  ];
}

/**
 * Everything that the order does not say yet; empty when it may be submitted. Items follow product design 4.4, which takes them from
 * article 9 of the EU Digital Services Act as good practice (I); the law itself asks for a written notice (电子商务信用管理制度 art. 23).
 */
export function missingItems(order: OrderContent, context: CheckContext): MissingItem[] {
  return CONTENT_ITEMS.flatMap((item) => CHECKS[item](order, context));
}
