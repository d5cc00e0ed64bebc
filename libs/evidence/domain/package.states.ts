import { law, stateTable } from '../../kernel';

/**
 * The life of a package (evidence specification section 2). Each move leaves its entry in the custody ledger in the same
 * transaction. Nothing leads back: a failed job is another package's beginning, never this one's second chance at its past.
 */
export const packageStates = stateTable({
  name: 'evidence',
  initial: 'requested',
  final: ['refused', 'failed', 'disposed'],
  rows: [
    { from: 'requested', action: 'start', to: 'capturing', requires: 'system', basis: law('程序规定', 26) },
    {
      from: 'capturing',
      action: 'fix',
      to: 'fixed',
      requires: 'system',
      basis: law('程序规定', 26),
      guards: ['manifestSigned', 'digestsRecomputed'],
    },
    { from: 'capturing', action: 'refuse', to: 'refused', requires: 'system', basis: law('程序规定', 26) },
    { from: 'capturing', action: 'fail', to: 'failed', requires: 'system', basis: law('程序规定', 26) },
    { from: 'fixed', action: 'stamp', to: 'stamped', requires: 'system', basis: law('互联网法院规定', '11(2)') },
    {
      from: 'stamped',
      action: 'confirm',
      to: 'confirmed',
      requires: 'evidence:accept',
      basis: law('电子商务信用管理制度', '20, 22'),
    },
    { from: 'confirmed', action: 'seal', to: 'sealed', requires: 'evidence:accept', basis: law('程序规定', 26) },
    { from: 'sealed', action: 'transfer', to: 'transferred', requires: 'evidence:export', basis: law('程序规定', 17) },
    { from: 'sealed', action: 'dispose', to: 'disposed', requires: 'evidence:dispose', basis: law('程序规定', 78) },
    { from: 'transferred', action: 'dispose', to: 'disposed', requires: 'evidence:dispose', basis: law('程序规定', 78) },
  ],
});

export type PackageState = (typeof packageStates.states)[number];

/** States in which the bytes are fixed for good. */
export const FIXED_STATES: readonly string[] = ['fixed', 'stamped', 'confirmed', 'sealed', 'transferred'];
