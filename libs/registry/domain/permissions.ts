/** What a role may be given; the roles are in apps/api/src/roles.ts. `override` belongs to a named supervisor. */
export const RegistryPermission = {
  read: 'registry:read',
  write: 'registry:write',
  override: 'registry:override',
  operators: 'registry:operators',
} as const;
