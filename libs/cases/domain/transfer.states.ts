import { law, stateTable } from '../../kernel';

const ours = law('程序规定', '14, 17', 'I');

/** The way of a case to another organ: decided by the case's own move, sent, received against a signature, answered. */
export const transferStates = stateTable({
  name: 'transfer',
  initial: 'decided',
  final: ['accepted', 'returned'],
  rows: [
    { from: 'decided', action: 'send', to: 'sent', requires: 'case:handle', basis: law('程序规定', '14, 17') },
    { from: 'sent', action: 'receive', to: 'received', requires: 'case:handle', basis: ours, guards: ['receiptNamed'] },
    { from: 'received', action: 'accept', to: 'accepted', requires: 'case:handle', basis: ours },
    { from: 'sent', action: 'return', to: 'returned', requires: 'case:handle', basis: ours, guards: ['reasonSaid'] },
    { from: 'received', action: 'return', to: 'returned', requires: 'case:handle', basis: ours, guards: ['reasonSaid'] },
  ],
});

export type TransferState = (typeof transferStates.states)[number];
export const TRANSFER_ACTS = ['send', 'receive', 'accept', 'return'] as const;
export type TransferAct = (typeof TRANSFER_ACTS)[number];
