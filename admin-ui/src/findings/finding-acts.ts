import { reason, type ActShapes } from '../parts/act-fields';

export const findingActs: ActShapes = {
  confirm: { fields: [{ ...reason, required: false, minLength: undefined }] },
  dismiss: { fields: [reason] },
};
