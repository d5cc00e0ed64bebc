import { law, stateTable } from '../../kernel';

const preserve = law('程序规定', '33-42');

/**
 * The life of a preservation, sealing or seizure. A leader approves it before, or, when it could not wait, within 24 hours after; it ends by
 * lifting or by itself, and is over when the things are back or the seals are off.
 */
export const measureStates = stateTable({
  name: 'measure',
  initial: 'proposed',
  final: ['refused', 'released'],
  rows: [
    { from: 'proposed', action: 'takeAtOnce', to: 'urgent', requires: 'case:handle', basis: law('程序规定', '33, 36') },
    { from: 'proposed', action: 'approve', to: 'inForce', requires: 'case:approve', basis: preserve, guards: ['notHandler'] },
    { from: 'proposed', action: 'refuse', to: 'refused', requires: 'case:approve', basis: preserve, guards: ['notHandler'] },
    { from: 'urgent', action: 'approve', to: 'inForce', requires: 'case:approve', basis: law('程序规定', '33, 36'), guards: ['notHandler'] },
    { from: 'urgent', action: 'refuse', to: 'lifted', requires: 'case:approve', basis: law('程序规定', '33, 36'), guards: ['notHandler'] },
    { from: 'urgent', action: 'lapse', to: 'lapsed', requires: 'system', basis: preserve },
    { from: 'inForce', action: 'extend', to: 'inForce', requires: 'case:approve', basis: law('程序规定', '36-42'), guards: ['notHandler'] },
    { from: 'inForce', action: 'pause', to: 'inForce', requires: 'case:approve', basis: law('程序规定', '36-42'), guards: ['notHandler'] },
    { from: 'inForce', action: 'resume', to: 'inForce', requires: 'case:approve', basis: law('程序规定', '36-42'), guards: ['notHandler'] },
    { from: 'inForce', action: 'lift', to: 'lifted', requires: 'case:approve', basis: preserve, guards: ['notHandler', 'groundListed'] },
    { from: 'inForce', action: 'lapse', to: 'lapsed', requires: 'system', basis: preserve },
    { from: 'lifted', action: 'recheck', to: 'released', requires: 'case:handle', basis: law('程序规定', '36-42', 'I'), guards: ['handlerOnly'] },
    { from: 'lapsed', action: 'recheck', to: 'released', requires: 'case:handle', basis: law('程序规定', '36-42', 'I'), guards: ['handlerOnly'] },
  ],
}); // prettier-ignore

export type MeasureState = (typeof measureStates.states)[number];
/** What people do; lapsing is the machine's. */
export const MEASURE_ACTS = ['approve', 'refuse', 'extend', 'pause', 'resume', 'lift', 'recheck'] as const;
export type MeasureAct = (typeof MEASURE_ACTS)[number];
/** Somebody is still kept out of what is his. */
export const MEASURE_OPEN: readonly string[] = ['urgent', 'inForce', 'lifted', 'lapsed'];
