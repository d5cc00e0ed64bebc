import type { Scope } from '../../platform';

export const ROLES = [
  'officer',
  'inspector',
  'legalReviewer',
  'head',
  'liaison',
  'auditor',
  'systemAdmin',
  'securityAdmin',
] as const;
export type Role = (typeof ROLES)[number];

const WIDTH: readonly Scope[] = ['none', 'self', 'unit', 'below', 'all'];

/** The widest of the scopes that a person's roles give him. */
export function widest(scopes: readonly Scope[]): Scope {
  return scopes.reduce<Scope>((wide, scope) => (WIDTH.indexOf(scope) > WIDTH.indexOf(wide) ? scope : wide), 'none');
}

/** Role → permissions, given by the process that composes the rooms. */
export type RolePermissions = Readonly<Record<Role, readonly string[]>>;
export const ROLE_PERMISSIONS = Symbol('ROLE_PERMISSIONS');
