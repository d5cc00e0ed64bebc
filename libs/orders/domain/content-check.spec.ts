import { law } from '../../kernel';
import { CONTENT_ITEMS, type ContentItem, missingItems } from './content-check';
import { caseAllows, type OrderContent } from './order';

const now = new Date('2026-11-23T02:00:00Z');
const fetchedAt = new Map([['ev_1', new Date('2026-11-22T03:00:00Z')]]);

function aContent(change: Partial<OrderContent> = {}): OrderContent {
  return {
    kind: 'suspension',
    basis: [law('电子商务信用管理制度', 23), law('网络交易监督管理办法', '34(3)', 'K')],
    reasons: '未亮照且销售禁售商品',
    authority: '示例县市场监督管理局',
    officers: ['a', 'b'],
    operatorId: 'op',
    scope: 'shop',
    addresses: [{ outletId: 'o1', url: 'http://bare.test/', captureId: 'ev_1', justification: null }],
    executeBy: new Date('2026-11-24T02:00:00Z'),
    until: '2026-12-10',
    remedyOperator: '可在七个工作日内提出异议',
    remedyMerchant: '可陈述、申辩',
    reportHow: '通过专用链接',
    ...change,
  };
}

const itemsOf = (change: Partial<OrderContent>) =>
  missingItems(aContent(change), { now, fetchedAt }).map(({ item, field }) => `${item}:${field}`);

it('lets a complete order through', () => expect(itemsOf({})).toEqual([]));

/** The smallest omission of each item; an item without a line here does not compile. */
const omissions: Record<ContentItem, [Partial<OrderContent>, string][]> = {
  legalBasis: [
    [{ basis: [] }, 'basis'],
    [{ basis: [law('网络交易监督管理办法', '34(3)', 'K')] }, 'basis'],
    [{ basis: [law('x', 1, 'I'), law('y', 2, 'F2')] }, 'basis'],
  ],
  reasons: [[{ reasons: '  ' }, 'reasons']],
  authority: [
    [{ authority: '' }, 'authority'],
    [{ officers: ['a'] }, 'officers'],
    [{ officers: ['a', 'a'] }, 'officers'],
  ],
  addresses: [
    [{ addresses: [] }, 'addresses'],
    [{ addresses: [{ outletId: 'o1', url: 'http://bare.test/', captureId: null, justification: null }] }, 'addresses.0'],
    [{ addresses: [{ outletId: 'o1', url: 'http://bare.test/', captureId: 'never-fixed', justification: ' ' }] }, 'addresses.0'],
  ],
  measure: [
    [{ scope: null }, 'scope'],
    [{ operatorId: null }, 'operatorId'],
  ],
  period: [
    [{ executeBy: null }, 'executeBy'],
    [{ executeBy: now }, 'executeBy'],
    [{ until: null }, 'until'],
    [{ until: '2026-11-23' }, 'until'],
    [{ until: '2026-12-24' }, 'until'],
  ],
  remedies: [
    [{ remedyOperator: '' }, 'remedyOperator'],
    [{ remedyMerchant: '' }, 'remedyMerchant'],
  ],
  reporting: [[{ reportHow: '' }, 'reportHow']],
};

it.each(CONTENT_ITEMS)('AC-OFF-3.2 names a missing %s, and only that', (item) => {
  for (const [change, field] of omissions[item]) expect(itemsOf(change)).toEqual([`${item}:${field}`]);
});

it('names all eight at once, in the order in which they are printed', () => {
  const empty = aContent({
    basis: [],
    reasons: '',
    authority: '',
    officers: [],
    addresses: [],
    scope: null,
    operatorId: null,
    executeBy: null,
    until: null,
    remedyOperator: '',
    remedyMerchant: '',
    reportHow: '',
  });
  expect([...new Set(missingItems(empty, { now, fetchedAt }).map(({ item }) => item))]).toEqual(CONTENT_ITEMS);
});

it('wants an address fetched within 24 hours, or a reason', () => {
  const stale = { now: new Date('2026-11-23T03:00:00.001Z'), fetchedAt };
  expect(missingItems(aContent(), stale).map(({ field }) => field)).toEqual(['addresses.0']);
  const justified = aContent({
    addresses: [{ outletId: 'o1', url: 'http://bare.test/', captureId: 'ev_1', justification: '站点对本局网络限流' }],
  });
  expect(missingItems(justified, stale)).toEqual([]);
});

it('does not ask a restoration for a page that our own order took down, nor for an end', () => {
  expect(
    itemsOf({
      kind: 'restoration',
      until: null,
      addresses: [{ outletId: 'o1', url: 'http://bare.test/', captureId: null, justification: null }],
    }),
  ).toEqual([]);
});

it('AC-OFF-3.1 a suspension needs a filed case, a closure a served decision', () => {
  expect(
    ['clue', 'verified', 'notFiled', 'filed', 'served', 'archived'].filter((state) => caseAllows('suspension', state)),
  ).toEqual(['filed', 'served']);
  expect(['filed', 'decided', 'served', 'closed'].filter((state) => caseAllows('closure', state))).toEqual(['served']);
});
