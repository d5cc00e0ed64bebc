import type { Mark } from '../../kernel';
import forms from './data/forms.json';

export const FORM_IDS = ['7', '11', '12', '24', '37', '42', '45', '50', '53', 'X1', 'X1R', 'X2', 'X3', 'X3R'] as const;
export type FormId = (typeof FORM_IDS)[number];

export interface Field {
  /** Path into the data, for example `party.name`. */
  key: string;
  zh: string;
  type: string;
  required: boolean;
  /** F: a rule demands this field; I: a form of this kind needs it. */
  mark: Mark;
  basis?: string;
}

/**
 * Who fills a field that nobody types: the number register, the issuing authority's entry, the approval, the submitting officer,
 * the template's own wording, a hand with a pen; or the record of the case, which nobody may word otherwise.
 */
export type FilledBy = 'number' | 'authority' | 'date' | 'leader' | 'submitter' | 'template' | 'hand' | 'case';

export interface Cell {
  key: string;
  label?: string;
}

/** Rows of a table form: one or two fields side by side, an opinion with signature, or a list of items with digests. */
export type Row = { cells: readonly Cell[] } | { opinion: Cell } | { items: Cell };

/** Parts of a letter. `{{key}}` is the field's printed value, `{{law:程序规定:57}}` a citation; `when` drops the part without that field. */
export type Block =
  | { text: string; when?: string; unless?: string }
  | { heading: string; field: string; when?: string }
  | { lines: readonly Cell[] }
  | { targets: string };

/** Columns of a list of exhibits. */
export type ListColumn = 'number' | 'kind' | 'name' | 'quantity' | 'proves' | 'holder' | 'handovers';

export type Layout =
  | { kind: 'table'; rows: readonly Row[]; foot?: string }
  | {
      kind: 'list';
      /** A4 on its side, for many columns. */
      landscape: boolean;
      rows: readonly Row[];
      /** Field with the entries. */
      list: string;
      columns: readonly ListColumn[];
      /** Who signs, a line each. */
      signatures: readonly string[];
    }
  | { kind: 'letter'; red: boolean; addressee?: string; blocks: readonly Block[]; attachments?: string; foot?: string };

/** One version of one form. A document keeps the version it was drafted with, so an old case prints as it was. */
export interface Template {
  form: FormId;
  version: number;
  /** First and last day on which new documents take this version. */
  validFrom: string;
  validTo: string | null;
  zh: string;
  /** 文种字, which stands in the number; null for records and receipts, which bear none. */
  word: string | null;
  /** `approved`: a leader approves and the seal is set. `recorded`: fixed as it stands by those who made it. */
  route: 'approved' | 'recorded';
  fields: readonly Field[];
  filled: Readonly<Record<string, FilledBy>>;
  layout: Layout;
}

type Plan = Omit<Template, 'zh' | 'fields'>;

/** Data beside the form's own fields: the day of the act (which revision applies), and remedies as the legal office words them. */
export const EXTRA_KEYS: readonly string[] = ['actDate', 'remedyText'];

/** Joins the layout of a form with its names and fields. Throws at start-up when a layout names a field that the form has not. */
export function template(plan: Plan): Template {
  const { zh, fields } = (forms.forms as Record<string, { zh: string; fields: Field[] }>)[plan.form]!;
  const known = new Set(fields.map((field) => field.key));
  for (const key of [...Object.keys(plan.filled), ...keysOf(plan.layout)])
    if (!known.has(key)) throw new Error(`form ${plan.form} has no field ${key}`);
  return { ...plan, zh, fields };
}

function keysOf(layout: Layout): string[] {
  if (layout.kind === 'list') return [layout.list, ...layout.rows.flatMap((row) => cellsOf(row).map((cell) => cell.key))];
  if (layout.kind === 'table') return layout.rows.flatMap((row) => cellsOf(row).map((cell) => cell.key));
  return layout.blocks.flatMap((block) => {
    if ('lines' in block) return block.lines.map((cell) => cell.key);
    if ('targets' in block) return [block.targets];
    if ('heading' in block) return [block.field];
    return [...block.text.matchAll(/\{\{(?!authority\.)([\w.]+)\}\}/g)]
      .map((match) => match[1]!)
      .filter((key) => !EXTRA_KEYS.includes(key));
  });
}

export function cellsOf(row: Row): readonly Cell[] {
  if ('cells' in row) return row.cells;
  return 'opinion' in row ? [row.opinion] : [row.items];
}

export function fieldOf(form: Template, key: string): Field {
  return form.fields.find((field) => field.key === key)!;
}

/** What stands at `path` in the data, or undefined. */
export function valueAt(data: Readonly<Record<string, unknown>>, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (at && typeof at === 'object' ? (at as Record<string, unknown>)[key] : undefined), data);
}

export const isBlank = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && !value.trim()) ||
  (Array.isArray(value) && value.length === 0);
