import { law, stateTable } from '../../kernel';

const regulation = (article: number) => law('程序规定', article);
/** No rule says how a document is withdrawn or handed back: our own order, marked so. */
const ours = law('程序规定', 86, 'I');

/**
 * The life of one official document. A form that a leader answers for goes draft → submitted → approved (numbered) → sealed →
 * served; a record or receipt is finished by those who made it. A number once given stays, also when the document is voided.
 */
export const documentStates = stateTable({
  name: 'document',
  initial: 'draft',
  final: ['served', 'finished', 'void'],
  rows: [
    {
      from: 'draft',
      action: 'submit',
      to: 'submitted',
      requires: 'document:draft',
      basis: regulation(60),
      guards: ['formIsApproved', 'fieldsComplete', 'lawInForce'],
    },
    {
      from: 'draft',
      action: 'finish',
      to: 'finished',
      requires: 'document:draft',
      basis: regulation(26),
      guards: ['formIsRecorded', 'fieldsComplete'],
    },
    { from: 'draft', action: 'void', to: 'void', requires: 'document:draft', basis: ours, guards: ['reasonGiven'] },
    { from: 'submitted', action: 'giveBack', to: 'draft', requires: 'document:approve', basis: ours, guards: ['reasonGiven'] },
    {
      from: 'submitted',
      action: 'approve',
      to: 'approved',
      requires: 'document:approve',
      basis: regulation(60),
      guards: ['approverIsNotSubmitter', 'fieldsComplete'],
    },
    {
      from: 'approved',
      action: 'seal',
      to: 'sealed',
      requires: 'document:seal',
      basis: regulation(62),
      guards: ['secondFactor'],
    },
    { from: 'approved', action: 'void', to: 'void', requires: 'document:void', basis: ours, guards: ['reasonGiven'] },
    {
      from: 'sealed',
      action: 'regenerate',
      to: 'sealed',
      requires: 'document:seal',
      basis: regulation(62),
      guards: ['secondFactor', 'reasonGiven'],
    },
    {
      from: 'sealed',
      action: 'serve',
      to: 'served',
      requires: 'document:serve',
      basis: regulation(82),
      guards: ['serviceComplete'],
    },
    { from: 'sealed', action: 'void', to: 'void', requires: 'document:void', basis: ours, guards: ['reasonGiven'] },
  ],
});

export type DocumentState = (typeof documentStates)['rows'][number]['to'];
export type DocumentAction = (typeof documentStates)['rows'][number]['action'];
