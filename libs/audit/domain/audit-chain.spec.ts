import { type AuditEvent, type AuditLink, firstBreak, link } from './audit-chain';

const event = (n: number): AuditEvent => ({
  id: String(n),
  at: new Date(1_800_000_000_000 + n),
  actor: 'officer-1',
  act: 'case.read',
  kind: 'case',
  record: `case-${n}`,
  caseId: `case-${n}`,
  divisionCode: '141122',
  purpose: null,
  origin: '127.0.0.1',
  requestId: null,
  details: { b: 1.5, a: [n] },
});

const events = Array.from({ length: 12 }, (_, i) => event(i + 1));
const links = events.reduce<AuditLink[]>((chain, e) => [...chain, link(chain.at(-1) ?? null, e)], []);

/** The smallest edit of each field. A new field without a line here does not compile. */
const edits: Record<keyof AuditEvent, (e: AuditEvent) => Partial<AuditEvent>> = {
  id: (e) => ({ id: `${e.id}0` }),
  at: (e) => ({ at: new Date(e.at.getTime() + 1) }),
  actor: (e) => ({ actor: `${e.actor} ` }),
  act: () => ({ act: 'case.change' }),
  kind: () => ({ kind: 'subject' }),
  record: (e) => ({ record: `${e.record}x` }),
  caseId: () => ({ caseId: null }),
  divisionCode: () => ({ divisionCode: '141121' }),
  purpose: () => ({ purpose: '' }),
  origin: () => ({ origin: null }),
  requestId: () => ({ requestId: 'x' }),
  details: (e) => ({ details: { ...e.details, b: 1.25 } }),
};

it('accepts the chain it built', () => expect(firstBreak(links, events)).toBeNull());

it('AC-AUD-1.2 does not mind the order in which the database gives the keys of details', () =>
  expect(
    firstBreak(
      links,
      events.map((e) => ({ ...e, details: { a: e.details['a'], b: 1.5 } })),
    ),
  ).toBeNull());

it.each(Object.entries(edits))('AC-AUD-1.2 finds an edited %s, whichever event it is in', (_field, edit) => {
  for (const [i] of events.entries())
    expect(
      firstBreak(
        links,
        events.map((e, j) => (i === j ? { ...e, ...edit(e) } : e)),
      ),
    ).toBe(i + 1);
});

it.each([
  ['an event taken out', links, events.map((e, i) => (i === 4 ? null : e)), 5],
  ['event and link taken out', links.filter((_, i) => i !== 4), events.filter((_, i) => i !== 4), 5],
  ['two swapped', [...links.slice(0, 4), links[5]!, links[4]!], [...events.slice(0, 4), events[5]!, events[4]!], 5],
])('AC-AUD-1.2 finds %s', (_what, someLinks, someEvents, seq) => expect(firstBreak(someLinks, someEvents)).toBe(seq));
