/** What officers may do with documents; roles are mapped to these in the API process. */
export const DOCUMENT_PERMISSIONS = [
  'document:read',
  'document:draft',
  'document:approve',
  'document:seal',
  'document:serve',
  'document:void',
] as const;
