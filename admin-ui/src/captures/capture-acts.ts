import type { ActField, ActShapes } from '../parts/act-fields';
import { reason } from '../parts/act-fields';

export const ways = ['partyConfirmation', 'partyRefusal', 'notary', 'appraisal', 'provider', 'other'];

export const secondOfficer: ActField = { name: 'secondOfficerId', kind: 'officer', required: true };
const paper: ActField = { name: 'paperUploadId', kind: 'upload', required: true };
const receipt: ActField = { name: 'paperUploadId', label: 'receiptUpload', kind: 'upload', required: true };
const who = (label: string): ActField => ({ name: 'personName', label, kind: 'text', required: true });

/** What the dialogs ask for; whether an act is offered, and whether the answers suffice, is the server's to say. */
export const captureActs: ActShapes = {
  review: { fields: [] },
  confirm: {
    fields: [
      who('confirmedBy'),
      { name: 'personRole', kind: 'text', required: true },
      { name: 'witness', kind: 'text' },
      paper,
      secondOfficer,
    ],
  },
  noteRefusal: {
    fields: [
      who('refusedBy'),
      { name: 'personRole', kind: 'text', required: true },
      reason,
      { name: 'witness', kind: 'text' },
      paper,
      secondOfficer,
    ],
  },
  seal: {
    fields: [
      { name: 'medium', kind: 'text', required: true },
      { name: 'copies', kind: 'number', required: true },
      { name: 'sealNumber', kind: 'text', required: true },
      secondOfficer,
    ],
  },
  transfer: { fields: [who('receiver'), reason, { name: 'legalBasis', kind: 'text', required: true }, receipt, secondOfficer] },
  giveBack: { fields: [who('receiver'), reason, receipt], grave: true },
  dispose: { fields: [reason], grave: true },
  withdraw: {
    fields: [reason, { name: 'correctedById', kind: 'reference', reference: 'captures', shows: 'number' }, secondOfficer],
    grave: true,
  },
  hold: { fields: [reason] },
  release: { fields: [reason] },
};

/** What is asked when others hand something over. */
export const receiptFields: ActField[] = [
  { name: 'uploadIds', kind: 'uploads', required: true },
  { name: 'sender', kind: 'text', required: true, minLength: 2 },
  { name: 'receivedAt', kind: 'instant', required: true },
  { name: 'receiptGround', kind: 'text', required: true, minLength: 2 },
  { name: 'factToProve', kind: 'long', required: true, minLength: 2 },
  { name: 'receivedPlace', kind: 'text', required: true, minLength: 2 },
  { name: 'noPersonalData', kind: 'yes' },
  { name: 'scene', kind: 'choice', values: ['remote', 'onSite'] },
  { name: 'holder', label: 'holderPresence', list: 'holderPresence', kind: 'choice', values: ['present', 'absent'] },
  { name: 'holderName', kind: 'text' },
  { name: 'witness', kind: 'text' },
  { name: 'noWitness', kind: 'text' },
  { name: 'entry', kind: 'long' },
  secondOfficer,
];

const stated = ['scene', 'holder', 'holderName', 'witness', 'noWitness', 'entry'];

/** The answers as the API names them; a statement is sent when somebody made one. */
export const receiptBody = ({ receiptGround, receivedPlace, noPersonalData, ...rest }: Record<string, unknown>) => ({
  ...Object.fromEntries(Object.entries(rest).filter(([name]) => !stated.includes(name))),
  ...(stated.some((name) => rest[name]) && {
    statement: {
      scene: 'remote',
      ...Object.fromEntries(Object.entries(rest).filter(([name, value]) => stated.includes(name) && value)),
    },
  }),
  personalData: noPersonalData !== true,
  ground: receiptGround,
  place: receivedPlace,
});
