import type { LawCitation } from '../../kernel';
import { citationText, printableMark, revisionInForceInstead } from './citation';
import { isPrintedExhibit } from './exhibit-entry';
import type { MissingField } from './problems';
import { EXTRA_KEYS, type Field, isBlank, type Template, valueAt } from './template';

export type FormData = Readonly<Record<string, unknown>>;

const fromCase = (form: Template, key: string): boolean => !form.filled[key] || form.filled[key] === 'case';

/** Keys that only the record of the case fills; a person may not word them otherwise. */
export const recordedKeys = (form: Template): string[] =>
  form.fields.map(({ key }) => key).filter((key) => form.filled[key] === 'case');

/** Fields that the case must bring and has not brought, in the form's order, each with the rule that demands it. */
export function missingFields(form: Template, data: FormData): MissingField[] {
  return (
    form.fields
      // What the record of the case brings may be lacking too: a list of nothing is no list.
      .filter((field) => field.required && fromCase(form, field.key) && isBlank(valueAt(data, field.key)))
      .map(({ key, zh, mark, basis }) => ({ key, zh, basis: mark === 'F' ? (basis ?? null) : null }))
  );
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isRecord = (value: unknown): value is Record<string, unknown> =>
  !!value && typeof value === 'object' && !Array.isArray(value);
const isInstant = (value: unknown): boolean =>
  isText(value) && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
const isDay = (value: unknown): boolean => isText(value) && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
const isCitation = (value: unknown): value is LawCitation =>
  isRecord(value) && isText(value.law) && isText(value.article) && isText(value.mark);
const isOfficer = (value: unknown): boolean => isRecord(value) && isText(value.name) && isText(value.certificate);
const isItem = (value: unknown): boolean => isText(value) || (isRecord(value) && isText(value.name));
const listOf = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is);
const textOr = (is: (value: unknown) => boolean) => (value: unknown) => isText(value) || is(value);

const named = (value: unknown): boolean => isRecord(value) && isText(value.name);

/** What a value of each field type must look like, and how that is said to the person who types it. */
const SHAPES: Record<string, { fits(value: unknown): boolean; zh: string }> = {
  date: { fits: isDay, zh: '应为日期 YYYY-MM-DD' },
  datetime: { fits: isInstant, zh: '应为时间 YYYY-MM-DDTHH:MM:SSZ' },
  bool: { fits: (value) => typeof value === 'boolean', zh: '应为是或否' },
  money: { fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0, zh: '应为以分计的整数' },
  'law[]': { fits: listOf(isCitation), zh: '应为条款列表,每项含法律名称、条款和核实标记' },
  'officer[2..]': { fits: twoOfficers, zh: '应为两名以上执法人员,姓名与执法证号齐全且不重复' },
  'enum[]': { fits: listOf(isText), zh: '应为文字列表' },
  'media[]': { fits: listOf(isText), zh: '应为文字列表' },
  'file[]': { fits: listOf(isText), zh: '应为文字列表' },
  steps: { fits: listOf(isText), zh: '应为步骤列表' },
  list: { fits: listOf(isItem), zh: '应为清单' },
  'penalty[]': { fits: listOf((value) => isText(value) || (isRecord(value) && isText(value.content))), zh: '应为处罚内容列表' },
  'carrier[]': { fits: listOf(named), zh: '应为网络载体列表,每项有名称' },
  carrier: { fits: named, zh: '应为网络载体,有名称' },
  party: { fits: textOr(named), zh: '应为单位名称' },
  approval: { fits: (value) => isRecord(value) && isText(value.opinion), zh: '应含意见' },
  signature: { fits: textOr(named), zh: '应为签名人' },
  'exhibit[]': { fits: listOf(isPrintedExhibit), zh: '应为证据清单' },
};

function twoOfficers(value: unknown): boolean {
  if (!Array.isArray(value) || !value.every(isOfficer)) return false;
  return new Set((value as { certificate: string }[]).map((officer) => officer.certificate)).size >= 2;
}

/** Values that do not fit their field, and keys that the form does not have. */
export function faultyFields(form: Template, data: FormData): { key: string; zh: string; fault: string }[] {
  const shape = (field: Field) => SHAPES[field.type] ?? { fits: isText, zh: '应为文字' };
  const faults = form.fields
    .map((field) => ({ field, value: valueAt(data, field.key) }))
    .filter(({ field, value }) => !isBlank(value) && !shape(field).fits(value))
    .map(({ field }) => ({ key: field.key, zh: field.zh, fault: shape(field).zh }));
  const roots = new Set([...form.fields.map((field) => field.key.split('.')[0]!), ...EXTRA_KEYS]);
  const strangers = Object.keys(data).filter((key) => !roots.has(key));
  return [...faults, ...strangers.map((key) => ({ key, zh: key, fault: '文书没有该要素' }))];
}

/** Every citation in the data, wherever it stands. */
export function citationsIn(data: unknown): LawCitation[] {
  if (isCitation(data)) return [data];
  if (Array.isArray(data)) return data.flatMap(citationsIn);
  return isRecord(data) ? Object.values(data).flatMap(citationsIn) : [];
}

/** Citations that must not be printed as law because their mark is not F. */
export function unreadLaw(data: FormData): string[] {
  return citationsIn(data)
    .filter(({ mark }) => !printableMark(mark))
    .map(citationText);
}

/** Citations whose revision was not in force on the day of the act (`actDate`), each with the one that was. */
export function lawNotInForce(data: FormData): { cited: string; inForce: string }[] {
  const day = data.actDate;
  if (!isText(day)) return [];
  return citationsIn(data).flatMap((citation) => {
    const inForce = revisionInForceInstead(citation, day);
    return inForce ? [{ cited: citationText(citation), inForce }] : [];
  });
}
