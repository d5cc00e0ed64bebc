import { law, stateTable } from '../../kernel';

const LATER = ['fixed', 'stamped', 'confirmed', 'sealed', 'transferred'] as const;
const NOT_SEALED = ['fixed', 'stamped', 'confirmed'] as const;

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
      guards: ['manifestSigned', 'digestsRecomputed', 'requestUnchanged', 'machineItemsPresent'],
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
      guards: ['secondOfficer', 'formFiled'],
    },
    {
      from: 'stamped',
      action: 'noteRefusal',
      to: 'confirmed',
      requires: 'evidence:accept',
      basis: law('电子商务信用管理制度', '20, 22'),
      guards: ['secondOfficer', 'formFiled', 'reasonSaid'],
    },
    {
      from: 'confirmed',
      action: 'seal',
      to: 'sealed',
      requires: 'evidence:accept',
      basis: law('程序规定', 26),
      guards: ['secondOfficer', 'checklistComplete'],
    },
    {
      from: 'sealed',
      action: 'transfer',
      to: 'transferred',
      requires: 'evidence:export',
      basis: law('程序规定', 17),
      guards: ['secondOfficer', 'receiptFiled', 'noHold'],
    },
    ...(['sealed', 'transferred'] as const).flatMap((from) => [
      {
        from,
        action: 'giveBack' as const,
        to: 'disposed' as const,
        requires: 'evidence:dispose',
        basis: law('程序规定', 78),
        guards: ['disposalOrdered', 'retentionOver', 'noHold', 'receiptFiled'],
      },
      {
        from,
        action: 'dispose' as const,
        to: 'disposed' as const,
        requires: 'evidence:dispose',
        basis: law('程序规定', 78),
        guards: ['disposalOrdered', 'retentionOver', 'noHold'],
      },
    ]),
    // Acts that leave the state as it is.
    ...NOT_SEALED.map((from) => ({
      from,
      action: 'review' as const,
      to: from,
      requires: 'evidence:accept',
      basis: law('行政处罚法', '41, 42', 'I'),
      guards: ['certified'],
    })),
    ...LATER.flatMap((from) => [
      {
        from,
        action: 'withdraw' as const,
        to: from,
        requires: 'evidence:accept',
        basis: law('行政处罚法', 46, 'I'),
        guards: ['secondOfficer', 'reasonSaid'],
      },
      {
        from,
        action: 'hold' as const,
        to: from,
        requires: 'evidence:hold',
        basis: law('行政处罚法', 47, 'I'),
        guards: ['reasonSaid'],
      },
      {
        from,
        action: 'release' as const,
        to: from,
        requires: 'evidence:hold',
        basis: law('行政处罚法', 47, 'I'),
        guards: ['reasonSaid'],
      },
    ]),
  ],
});

export type PackageState = (typeof packageStates.states)[number];

/** What persons do; the rest is the machine's. */
export const OFFICER_ACTS = [
  'review',
  'confirm',
  'noteRefusal',
  'seal',
  'transfer',
  'giveBack',
  'dispose',
  'withdraw',
  'hold',
  'release',
] as const;
export type OfficerAct = (typeof OFFICER_ACTS)[number];

/** States in which the bytes are fixed for good. */
export const FIXED_STATES: readonly string[] = LATER;
