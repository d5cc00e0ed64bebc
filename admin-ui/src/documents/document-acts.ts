import { reason, type ActShapes } from '../parts/act-fields';

const opinion = { name: 'opinion', kind: 'long' } as const;
export const serviceMethods = ['direct', 'left', 'electronic', 'post', 'entrusted', 'forwarded', 'announced'];

export const documentActs: ActShapes = {
  submit: { fields: [opinion] },
  finish: { fields: [] },
  giveBack: { fields: [reason] },
  approve: { fields: [opinion] },
  seal: { fields: [], sealing: true },
  regenerate: { fields: [reason], sealing: true },
  serve: {
    bodyOf: (service) => ({ service }),
    fields: [
      { name: 'method', kind: 'choice', values: serviceMethods, list: 'serviceMethod', required: true },
      { name: 'to', kind: 'text', required: true },
      { name: 'where', kind: 'text', required: true },
      { name: 'at', kind: 'instant', required: true },
      { name: 'receiver', kind: 'text' },
      { name: 'refused', kind: 'text' },
      { name: 'witness', kind: 'text' },
      { name: 'agreement', kind: 'text' },
    ],
  },
  void: { fields: [reason], grave: true },
};
