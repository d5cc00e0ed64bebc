/** What officers may do with orders; roles are mapped to these in the API process. Pressing an order is part of dispatching it. */
export const ORDER_PERMISSIONS = [
  'order:read',
  'order:draft',
  'order:review',
  'order:approve',
  'order:seal',
  'order:dispatch',
] as const;
