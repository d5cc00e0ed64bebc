import { citationText } from '../domain/citation';
import { law } from '../../kernel';
import type { FormData } from '../domain/field-check';
import { printed } from '../domain/printed';
import { fieldOf, isBlank, type Template, valueAt } from '../domain/template';
import { termZh, type TermName } from '../domain/terms';

/** Who issues: what stands at the head, in the number and under the text. */
export interface IssuingAuthority {
  name: string;
  /** 机关代字, for example 交市监. */
  word: string;
  address?: string | null;
  phone?: string | null;
  /** Where the party may ask for reconsideration, and the court it may go to. */
  reconsideration?: string | null;
  court?: string | null;
}

/** An opinion with the name of who gave it and when. */
export interface Opinion {
  opinion: string;
  name: string;
  at: Date;
}

/** `draft` and `approved` papers are marked as not in force; `final` ones are sealed, or records as they were fixed. */
export type Standing = 'draft' | 'approved' | 'final';

export interface FormInput {
  template: Template;
  data: FormData;
  authority: IssuingAuthority;
  number: string | null;
  submission: Opinion | null;
  approval: Opinion | null;
  /** 成文日期, `YYYY-MM-DD`: the day of approval. */
  date: string | null;
  standing: Standing;
  version: number;
  at: Date;
}

export const NUMBER_PENDING = '（文号待批准后编定）';

/** What a field prints as, whoever fills it. */
export function fieldLines({ template, data, number }: FormInput, key: string): string[] {
  if (key === 'remedyText') return printed('longtext', data.remedyText);
  const field = fieldOf(template, key);
  if (template.filled[key] === 'number') return [number ?? NUMBER_PENDING];
  return printed(field.type, valueAt(data, key));
}

/** The opinion that stands in an approval box, or null for a box that waits for one. */
export function opinionOf({ template, data, approval, submission }: FormInput, key: string): Opinion | null {
  if (template.filled[key] === 'leader') return approval;
  const given = valueAt(data, key);
  if (given && typeof given === 'object') {
    const { opinion, name, at, note } = given as { opinion?: string; name?: string; at?: string; note?: string };
    return { opinion: opinion ?? note ?? '', name: name ?? '', at: at ? new Date(at) : new Date(Number.NaN) };
  }
  if (typeof given === 'string' && given.trim()) return { opinion: given, name: '', at: new Date(Number.NaN) };
  return template.filled[key] === 'submitter' ? submission : null;
}

/** True when a `when` holds: the field is there, and not a plain no. */
export function holds(input: FormInput, key: string): boolean {
  const value = valueAt(input.data, key);
  return !isBlank(value) && value !== false;
}

/** Puts field values, citations and periods into a template's sentence. */
export function fill(input: FormInput, text: string): string {
  return text.replace(/\{\{([^}]+)\}\}/g, (_, name: string) => {
    if (name.startsWith('law:')) {
      const [, title, article] = name.split(':');
      return citationText(law(title!, article!));
    }
    if (name.startsWith('term:')) return termZh(name.slice(5) as TermName);
    if (name.startsWith('authority.')) return String(input.authority[name.slice(10) as keyof IssuingAuthority] ?? '　　　　');
    return fieldLines(input, name).join('；');
  });
}
