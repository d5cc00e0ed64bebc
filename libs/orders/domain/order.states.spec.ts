import { faultsOf } from '../../kernel';
import { BY_PARTNER, BY_SYSTEM, orderStates, runningStates } from './order.states';

const rowsInto = (to: string) => orderStates.rows.filter((row) => row.to === to);

it('is a sound table', () => expect(faultsOf(orderStates)).toEqual([]));

it('nothing leaves the house without approval and seal', () => {
  expect(rowsInto('dispatched').map(({ from }) => from)).toEqual(['sealed']);
  expect(rowsInto('sealed').map(({ from }) => from)).toEqual(['approved']);
  expect(rowsInto('approved').map(({ from }) => from)).toEqual(['checked']);
});

it('binds the agency only with a fresh second factor', () => {
  const binding = orderStates.rows.filter(({ requires }) => requires === 'order:approve' || requires === 'order:seal');
  expect(binding.length).toBeGreaterThan(0);
  expect(binding.filter(({ guards }) => !guards?.includes('secondFactor'))).toEqual([]);
});

it('lets only the operator acknowledge and report, and only our observations verify', () => {
  expect(
    new Set(
      orderStates.rows
        .filter(({ action }) => ['acknowledge', 'begin', 'report'].includes(action))
        .map(({ requires }) => requires),
    ),
  ).toEqual(new Set([BY_PARTNER]));
  expect(new Set([...rowsInto('verified'), ...rowsInto('failed')].map(({ requires }) => requires))).toEqual(new Set([BY_SYSTEM]));
});

it('ends by time and by withdrawal from every state in which it runs', () => {
  for (const state of runningStates) {
    expect(orderStates.move(state, 'lapse')?.to).toBe('lapsed');
    expect(orderStates.move(state, 'withdraw')?.to).toBe('withdrawn');
  }
});

it('has no way into restoreVerified but observations or a written word of the head', () => {
  expect(new Set(rowsInto('restoreVerified').map(({ action }) => action))).toEqual(new Set(['restoreConfirm', 'override']));
});

it('gives every row a basis that does not pass for law when it is ours', () => {
  for (const { basis } of orderStates.rows) expect(basis.mark === 'F' ? basis.law : basis.mark).toMatch(/^(电子商务信用管理制度|I)$/);
});
