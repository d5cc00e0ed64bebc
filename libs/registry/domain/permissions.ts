/** What a role may be given; the roles are in apps/api/src/roles.ts. `override` belongs to a named supervisor. */
export const RegistryPermission = {
  readSubjects: 'subject:read',
  editSubjects: 'subject:edit',
  override: 'subject:override',
  readOutlets: 'outlet:read',
  editOutlets: 'outlet:edit',
  readOperators: 'operator:read',
  editOperators: 'operator:edit',
} as const;
