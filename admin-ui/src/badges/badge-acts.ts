import { reason, type ActShapes } from '../parts/act-fields';

export const badgeActs: ActShapes = {
  suspend: { fields: [reason], grave: true },
  resume: { fields: [reason] },
  revoke: { fields: [reason], grave: true },
};
