import { reason, type ActShapes } from '../parts/act-fields';

const mayReason = { ...reason, required: false, minLength: undefined };

export const orderActs: ActShapes = {
  submit: { fields: [] },
  revise: { fields: [] },
  agree: { fields: [mayReason] },
  return: { fields: [reason] },
  approve: { fields: [mayReason], sealing: true },
  seal: { fields: [], sealing: true },
  dispatch: { fields: [] },
  insist: { fields: [reason] },
  escalate: { fields: [reason] },
  withdraw: { fields: [reason], sealing: true, grave: true },
  override: { fields: [reason], sealing: true, grave: true },
  discard: { fields: [mayReason], grave: true },
};
