import { law, stateTable } from '../../kernel';

/**
 * A finding is opened by a scan or an inspector and decided by a person. Confirming makes a clue in the cases room; dismissing
 * needs a reason (AC-INS-1.1).
 */
export const findingStates = stateTable({
  name: 'finding',
  initial: 'open',
  final: ['confirmed', 'dismissed'],
  rows: [
    { from: 'open', action: 'confirm', to: 'confirmed', requires: 'finding:decide', basis: law('程序规定', 18) },
    {
      from: 'open',
      action: 'dismiss',
      to: 'dismissed',
      requires: 'finding:decide',
      basis: law('程序规定', 18),
      guards: ['reasonGiven'],
    },
  ],
});

export type FindingState = (typeof findingStates)['rows'][number]['to'] | 'open';
export type FindingAction = (typeof findingStates)['rows'][number]['action'];
