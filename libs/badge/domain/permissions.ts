/** What a role may be given; the roles are in apps/api/src/roles.ts. `system` belongs to our own processes and to no person. */
export const BadgePermission = {
  read: 'badge:read',
  issue: 'badge:issue',
  suspend: 'badge:suspend',
  revoke: 'badge:revoke',
  system: 'badge:system',
} as const;
