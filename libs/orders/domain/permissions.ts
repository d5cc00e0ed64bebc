/** What officers may do with orders; roles are mapped to these in the API process. */
export const ORDER_PERMISSIONS = [
  'order:read',
  'order:draft',
  'order:review',
  'order:approve',
  'order:dispatch',
  'order:chase',
] as const;
