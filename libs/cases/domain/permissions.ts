/**
 * What officers may do with cases, and the roles that product design §7.2 gives it to. The API process maps roles; it may read
 * this column. Inspectors assess clues but do not handle cases; records are managed by heads until that role exists.
 */
export const CASE_PERMISSIONS = {
  'case:read': ['officer', 'inspector', 'legalReviewer', 'head', 'auditor'],
  'case:open': ['officer', 'inspector', 'head'],
  'case:handle': ['officer'],
  'case:review': ['legalReviewer'],
  'case:approve': ['head'],
  'case:decide': ['head'],
  'case:archive': ['head'],
  'case:note': ['officer', 'inspector', 'legalReviewer', 'head'],
  'case:visibility': ['head'],
  'task:work': ['officer', 'inspector', 'legalReviewer', 'head', 'liaison'],
  'calendar:read': ['officer', 'inspector', 'legalReviewer', 'head', 'liaison', 'auditor', 'systemAdmin'],
  'calendar:import': ['systemAdmin'],
} as const satisfies Record<string, readonly string[]>;

export type CasePermission = keyof typeof CASE_PERMISSIONS;
export const CASE_PERMISSION_NAMES = Object.keys(CASE_PERMISSIONS) as CasePermission[];
