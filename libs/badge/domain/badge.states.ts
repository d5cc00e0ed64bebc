import { law, stateTable } from '../../kernel';
import { BadgePermission } from './permissions';

const FILING = law('电子商务信用管理制度', 9);
const DISPLAY = law('电子商务法', 15);

/**
 * Every move a badge can make. `lapse` and `renew` follow the 90-day proof of control and are made by the worker;
 * the three `…ByOrder` moves follow an order of the case room and cannot be undone by `resume`.
 */
export const badgeStates = stateTable({
  name: 'badge',
  initial: 'active',
  final: ['revoked'],
  rows: [
    { from: 'active', action: 'suspend', to: 'suspended', requires: BadgePermission.suspend, basis: FILING },
    { from: 'lapsed', action: 'suspend', to: 'suspended', requires: BadgePermission.suspend, basis: FILING },
    { from: 'suspended', action: 'resume', to: 'active', requires: BadgePermission.suspend, basis: FILING, guards: ['noHold', 'proofFresh', 'subjectActive'] },
    { from: 'active', action: 'suspendByOrder', to: 'suspended', requires: BadgePermission.system, basis: law('电子商务信用管理制度', 23) },
    { from: 'lapsed', action: 'suspendByOrder', to: 'suspended', requires: BadgePermission.system, basis: law('电子商务信用管理制度', 23) },
    { from: 'suspended', action: 'restoreByOrder', to: 'active', requires: BadgePermission.system, basis: FILING, guards: ['noHold'] },
    { from: 'active', action: 'lapse', to: 'lapsed', requires: BadgePermission.system, basis: law('电子标识规则', '控制权每90日复核', 'I') },
    { from: 'lapsed', action: 'renew', to: 'active', requires: BadgePermission.system, basis: law('电子标识规则', '控制权每90日复核', 'I') },
    { from: 'active', action: 'revoke', to: 'revoked', requires: BadgePermission.revoke, basis: DISPLAY },
    { from: 'suspended', action: 'revoke', to: 'revoked', requires: BadgePermission.revoke, basis: DISPLAY },
    { from: 'lapsed', action: 'revoke', to: 'revoked', requires: BadgePermission.revoke, basis: DISPLAY },
    { from: 'active', action: 'revokeByOrder', to: 'revoked', requires: BadgePermission.system, basis: law('电子商务信用管理制度', 24) },
    { from: 'suspended', action: 'revokeByOrder', to: 'revoked', requires: BadgePermission.system, basis: law('电子商务信用管理制度', 24) },
    { from: 'lapsed', action: 'revokeByOrder', to: 'revoked', requires: BadgePermission.system, basis: law('电子商务信用管理制度', 24) },
  ],
}); // prettier-ignore

export type BadgeState = (typeof badgeStates)['states'][number];
export type BadgeAction = (typeof badgeStates)['rows'][number]['action'];

/** Moves that an officer may ask for; the others belong to orders and to the worker. */
export const officerActions = ['suspend', 'resume', 'revoke'] as const satisfies readonly BadgeAction[];
export type OfficerAction = (typeof officerActions)[number];
