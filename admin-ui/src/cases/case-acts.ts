import type { OfferedAction } from '../api/types';
import type { ActField, ActShape } from '../parts/act-fields';

export const stayGrounds = ['relatedCase', 'interpretation', 'forceMajeure', 'partyMissing', 'other'];
export const outcomes = [
  'penalty',
  'noPenalty',
  'unfounded',
  'terminated',
  'transferredAuthority',
  'transferredCrime',
  'notFiled',
];

/** How each field that a move may ask for is put to the person. Which fields a move asks for, the server says. */
const fields: Record<string, Omit<ActField, 'name'>> = {
  reason: { kind: 'long' },
  officers: { kind: 'officers' },
  facts: { kind: 'long' },
  articles: { kind: 'citations' },
  jurisdictionConfirmed: { kind: 'yes' },
  mergedInto: { kind: 'reference', reference: 'cases', shows: 'number' },
  receiver: { kind: 'text' },
  transferKind: { kind: 'choice', values: ['authority', 'crime', 'judiciary'] },
  materials: { kind: 'lines' },
  report: { kind: 'long' },
  ground: { kind: 'choice', values: stayGrounds },
  outcome: { kind: 'choice', values: outcomes },
  complex: { kind: 'yes' },
  answers: { kind: 'answers' },
  opinion: { kind: 'long' },
  remarks: { kind: 'lines' },
  requestedOn: { kind: 'day' },
  penalty: { kind: 'penalties' },
  statement: { kind: 'long' },
  execution: { kind: 'long' },
  executedOn: { kind: 'day' },
};

const grave = new Set(['discard', 'transfer', 'declineFiling', 'terminate', 'decide']);

const fieldOf =
  (required: boolean) =>
  (name: string): ActField => ({ kind: 'text', ...fields[name], name, required });

/** Remarks are typed one a line, answers under the id of their remark; both are sent as records. */
const bodyOf = ({ remarks, answers, ...rest }: Record<string, unknown>) => ({
  ...rest,
  ...(answers
    ? { answers: Object.entries(answers as object).map(([remarkId, text]) => ({ remarkId, text: String(text) })) }
    : {}),
  ...(Array.isArray(remarks) ? { remarks: remarks.map((text: string) => ({ text })) } : {}),
});

export const shapeOf = ({ action, needs, may, sealing }: OfferedAction, caseId: string): ActShape => ({
  fields: [...needs.map(fieldOf(true)), ...may.map(fieldOf(false))].map((field) =>
    field.kind === 'answers' ? { ...field, reference: caseId } : field,
  ),
  sealing,
  grave: grave.has(action),
  bodyOf,
});
