/**
 * Which permission opens which screen or act of the console. An act without a line is shown and left to the server;
 * one with a line is shown when the officer has any of the permissions named.
 */
const powers: Record<string, string[]> = {
  'subjects:list': ['subject:read'],
  'subjects:create': ['subject:edit'],
  'subjects:edit': ['subject:edit'],
  'outlets:list': ['outlet:read'],
  'outlets:create': ['outlet:edit'],
  'outlets:edit': ['outlet:edit'],
  'operators:list': ['operator:read'],
  'operators:create': ['operator:edit'],
  'operators:edit': ['operator:edit'],
  'badges:list': ['badge:read'],
  'badges:create': ['badge:issue'],
  'findings:list': ['finding:read'],
  'findings:create': ['finding:create'],
  'captures:list': ['evidence:read'],
  'captures:create': ['evidence:capture'],
  'captures:verify': ['evidence:verify'],
  'captures:export': ['evidence:export'],
  'captures:dispose': ['evidence:dispose'],
  'captures:approveDisposal': ['evidence:approveDisposal'],
  'cases:list': ['case:read'],
  'cases:create': ['case:create'],
  'cases:note': ['case:note'],
  'cases:accept': ['evidence:accept'],
  'cases:decide': ['case:decide'],
  'cases:handle': ['case:handle'],
  'documents:list': ['document:read'],
  'documents:create': ['document:draft'],
  'orders:list': ['order:read'],
  'orders:create': ['order:draft'],
  'orders:edit': ['order:draft'],
  'orders:dispatch': ['order:dispatch'],
  'officers:list': ['officer:read'],
  'officers:create': ['officer:create'],
  'officers:edit': ['officer:create'],
  'officers:grant': ['officer:grant'],
  'tasks:list': ['task:read'],
  'audit:list': ['audit:read'],
  'audit:verify': ['audit:verify'],
};

export const mayDo = (permissions: string[], resource: string, action: string): boolean => {
  const needed = powers[`${resource}:${action}`] ?? (action === 'show' ? powers[`${resource}:list`] : undefined);
  return needed === undefined || needed.some((permission) => permissions.includes(permission));
};
