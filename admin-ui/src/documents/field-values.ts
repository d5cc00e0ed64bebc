import type { FormField } from '../api/types';

type Data = Record<string, unknown>;

const listTypes = new Set(['enum[]', 'list', 'steps', 'media[]', 'file[]', 'penalty[]']);
const textTypes = new Set([
  'text',
  'longtext',
  'date',
  'datetime',
  'enum',
  'id',
  'url',
  'env',
  'check',
  'ref',
  'party',
  'signature',
  'money',
  'bool',
]);

/** Fields whose value is text, an amount or a list of texts; citations and officers come from the file, the rest from the office. */
export const typedHere = (field: FormField): boolean =>
  !field.filledBy && (listTypes.has(field.type) || textTypes.has(field.type));

const at = (data: Data, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value && typeof value === 'object' ? (value as Data)[key] : undefined), data);

export const showValue = (field: FormField, data: Data): string => {
  const value = at(data, field.key);
  if (Array.isArray(value)) return value.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry))).join('\n');
  if (field.type === 'bool') return typeof value === 'boolean' ? String(value) : '';
  if (field.type === 'money') return typeof value === 'number' ? (value / 100).toFixed(2) : '';
  return typeof value === 'string' ? value : '';
};

const parsed = (field: FormField, text: string): unknown => {
  if (!text.trim()) return null;
  if (field.type === 'bool') return text === 'true';
  if (field.type === 'money') return Math.round(Number(text) * 100);
  return listTypes.has(field.type) ? text.split('\n').filter((line) => line.trim()) : text;
};

/** Puts one typed value where it belongs; `party.name` replaces one part of `party` and keeps the others. */
export const readValue = (body: Data, field: FormField, text: string, known: Data): Data => {
  const [root, leaf] = field.key.split('.');
  if (root === undefined) return body;
  if (leaf === undefined) return { ...body, [root]: parsed(field, text) };
  const before = (body[root] ?? known[root] ?? {}) as Data;
  return { ...body, [root]: { ...before, [leaf]: parsed(field, text) } };
};
