import { CLOCKS } from './clock-book';
import { allDefinitions, type CaseDefinition, definitionFor, transitionsFrom } from './definition';
import { definitionFaults, orphaned, type Vocabulary } from './definition-check';
import { GUARD_NAMES } from './guards';
import { INPUT_FIELDS } from './input';
import { CASE_PERMISSION_NAMES } from './permissions';

const words: Vocabulary = {
  forms: ['7', '12', '37', '45', '50', '53'],
  guards: GUARD_NAMES,
  clocks: CLOCKS,
  permissions: CASE_PERMISSION_NAMES,
  fields: INPUT_FIELDS,
};
const definition = definitionFor('ordinaryPenalty', '2026-11-22');
const changed = (change: (copy: CaseDefinition) => void): CaseDefinition => {
  const copy = structuredClone(definition) as CaseDefinition;
  change(copy);
  return copy;
};
type Loose = { transitions: Record<string, unknown>[]; states: Record<string, unknown>[] };
const row = (copy: CaseDefinition, action: string) =>
  (copy as unknown as Loose).transitions.find((one) => one.action === action)!;

it.each(allDefinitions().map((one) => [`${one.key} ${one.version}`, one] as const))('%s can be installed', (_name, one) => {
  expect(definitionFaults(one, words)).toEqual([]);
});

it.each<[string, (copy: CaseDefinition) => void, string]>([
  [
    'a state that cannot be reached',
    (copy) => (copy as unknown as Loose).states.push({ code: 'limbo', zh: '无', en: 'Limbo', final: true }),
    'limbo cannot be reached',
  ],
  ['a transition without actor', (copy) => (row(copy, 'notify').requires = ''), 'names nobody who may do it'],
  [
    'a transition for an unknown permission',
    (copy) => (row(copy, 'notify').requires = 'case:any'),
    'unknown permission case:any',
  ],
  [
    'a transition without basis',
    (copy) => (row(copy, 'notify').basis = { law: '', article: '', mark: 'F' }),
    'notify from reviewed has no basis',
  ],
  ['a document without template', (copy) => (row(copy, 'notify').documents = ['99']), 'form 99, which has no template'],
  ['a guard that is not in the code', (copy) => (row(copy, 'notify').guards = ['moonIsFull']), 'unknown guard moonIsFull'],
  ['an unknown clock', (copy) => (row(copy, 'notify').clocks = [{ do: 'start', key: 'egg' }]), 'unknown clock egg'],
  ['a pause without ground', (copy) => (row(copy, 'pause').clocks = [{ do: 'pause', key: 'decide' }]), 'without a ground'],
  [
    'a pause on a ground the law does not list',
    (copy) => (row(copy, 'pause').clocks = [{ do: 'pause', key: 'decide', ground: 'holiday' }]),
    'does not pause for holiday',
  ],
  ['a move to a state that does not exist', (copy) => (row(copy, 'notify').to = 'nowhere'), 'unknown state nowhere'],
  ['two moves by one name', (copy) => (row(copy, 'discard').action = 'proposeFiling'), 'two rows for proposeFiling'],
  ['a field that no request carries', (copy) => (row(copy, 'notify').needs = ['blood']), 'unknown field blood'],
])('refuses %s', (_what, change, fault) => {
  expect(definitionFaults(changed(change), words).join('\n')).toContain(fault);
});

it('refuses a state that nothing leaves and that is not final', () => {
  const stuck = changed((copy) => delete (copy as unknown as Loose).states.find(({ code }) => code === 'discarded')!.final);
  expect(definitionFaults(stuck, words)).toEqual(['discarded has no way out']);
});

it('refuses a clock without basis', () => {
  const bare = { ...CLOCKS[0]!, basis: { law: '', article: '', mark: 'F' as const } };
  expect(definitionFaults(definition, { ...words, clocks: [bare, ...CLOCKS.slice(1)] })).toContain('clock verify has no basis');
});

it('finds live cases that a rename would orphan', () => {
  const live = [
    { definitionKey: 'ordinaryPenalty', definitionVersion: 1, state: 'clue' },
    { definitionKey: 'ordinaryPenalty', definitionVersion: 1, state: 'renamed' },
    { definitionKey: 'ordinaryPenalty', definitionVersion: 9, state: 'clue' },
  ];
  expect(orphaned(allDefinitions(), live)).toEqual(['ordinaryPenalty 1: renamed', 'ordinaryPenalty 9: clue']);
});

/** All ways from the first state to `target` without passing twice through a state. */
function ways(target: string): string[][] {
  const found: string[][] = [];
  const go = (state: string, seen: string[]) => {
    if (state === target) found.push(seen);
    else for (const { to } of transitionsFrom(definition, state)) if (!seen.includes(to)) go(to, [...seen, to]);
  };
  go(definition.initial, [definition.initial]);
  return found;
}

it('decides nothing that was not filed, concluded, reviewed and notified', () => {
  const all = ways('decided');
  expect(all.length).toBeGreaterThan(0);
  // The way through a transfer exists in the table; its guard wasFiled refuses it to a case that was never filed.
  const straight = all.filter((way) => !['transferred', 'closed', 'archived'].some((state) => way.includes(state)));
  for (const way of straight)
    expect(way).toEqual(expect.arrayContaining(['filingProposed', 'filed', 'concluded', 'underReview', 'reviewed']));
  // Past the notice leads only the way after a hearing, which itself begins at a notice.
  const past = definition.transitions.filter(({ from, to }) => from === 'reviewed' && to === 'decisionProposed');
  expect(past.map(({ guards }) => guards)).toEqual([expect.arrayContaining(['hearingHeld', 'statementPeriodOver'])]);
  expect(definition.transitions.filter(({ to }) => to === 'hearing').map(({ from }) => from)).toEqual(['notified']);
  const shortcuts = definition.transitions.filter(
    ({ from, to }) => to === 'investigating' && ['transferred', 'closed', 'archived'].includes(from),
  );
  for (const shortcut of shortcuts) expect(shortcut.guards).toContain('wasFiled');
});

it('lets nobody approve what he submitted, wherever a proposal waits', () => {
  for (const state of ['filingProposed', 'decisionProposed', 'closingProposed'])
    for (const move of transitionsFrom(definition, state))
      expect(move.guards).toEqual(expect.arrayContaining(['approverIsNotSubmitter', 'notHandler']));
});
