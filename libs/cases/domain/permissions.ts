/** What officers may do with cases; roles are mapped to these in the API process. */
export const CASE_PERMISSION_NAMES = [
  'case:read',
  'case:create',
  'case:handle',
  'case:review',
  'case:approve',
  'case:decide',
  'case:archive',
  'case:note',
  'case:visibility',
  'task:read',
  'task:handle',
  'calendar:import',
] as const;

export type CasePermission = (typeof CASE_PERMISSION_NAMES)[number];
