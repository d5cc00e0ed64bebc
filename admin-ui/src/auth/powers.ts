/**
 * Which permission opens which screen or act of the console. An act without a line is shown and left to the server;
 * one with a line is shown when the officer has any of the permissions named.
 */
const powers: Record<string, string[]> = {};

export const mayDo = (permissions: string[], resource: string, action: string): boolean => {
  const needed = powers[`${resource}:${action}`] ?? (action === 'show' ? powers[`${resource}:list`] : undefined);
  return needed === undefined || needed.some((p) => permissions.includes(p));
};
