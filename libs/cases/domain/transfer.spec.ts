import { faultsOf } from '../../kernel';
import { TRANSFER_KINDS, transferSpec } from './transfer';
import { TRANSFER_ACTS, transferStates } from './transfer.states';

it('has no unreachable state, dead end or double row, and knows every act', () => {
  expect(faultsOf(transferStates)).toEqual([]);
  expect([...new Set(transferStates.rows.map(({ action }) => action))].toSorted()).toEqual([...TRANSFER_ACTS].toSorted());
});

it('nothing is accepted that nobody has signed for', () =>
  expect(transferStates.rows.filter(({ to }) => to === 'accepted').map(({ from }) => from)).toEqual(['received']));

it.each(TRANSFER_KINDS)('%s has a name, a basis and a form; only limits that a rule names are counted', (kind) => {
  const { zh, en, basis, form, sendHours, answerDays } = transferSpec(kind);
  for (const text of [zh, en, basis.law, form]) expect(text).not.toBe('');
  for (const limit of [sendHours, answerDays]) if (limit) expect(limit.basis.mark).toBe('F');
});
