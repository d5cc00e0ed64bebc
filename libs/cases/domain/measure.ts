import { type FieldFault, type LawCitation, localDate } from '../../kernel';
import book from '../data/measures.json';
import type { ClockSpec } from './clock-book';

export const MEASURE_KINDS = ['preservation', 'sealing', 'seizure'] as const;
export type MeasureKind = (typeof MEASURE_KINDS)[number];
export const LIFT_GROUNDS = book.liftGrounds;
export const DISPOSALS = book.disposals;
/** Hours within which a measure that was taken at once has to be approved. */
export const URGENT_HOURS = book.urgentHours.n;

export interface MeasureObject {
  description: string;
  /** With its unit: 3 台. */
  quantity: string;
}

const SPECS = book.kinds as (ClockSpec & { key: MeasureKind })[];

/** The limit of a kind of measure as it was in force on the day on which it was taken. */
export function measureSpec(kind: MeasureKind, at: Date): ClockSpec {
  const day = localDate(at);
  const spec = SPECS.find((one) => one.key === kind && one.validFrom <= day && (one.validTo === null || day <= one.validTo));
  if (!spec) throw new TypeError(`no limit of ${kind} on ${day}`);
  return spec;
}

/** Sealing and seizing need a statute that allows them, and only law that was read may stand as law (程序规定 art. 36). */
export const basisFault = (kind: MeasureKind, basis: readonly LawCitation[]): Omit<FieldFault, 'pointer'> | null => {
  if (kind === 'preservation') return null;
  if (!basis.length) return { detail: 'name the statute that allows it', zh: '须写明准予采取该措施的法律、法规' };
  return basis.every(({ mark }) => mark === 'F')
    ? null
    : { detail: 'only law that was read (mark F) may stand as its basis', zh: '只有已核对原文（标记 F）的法律方可作为依据' };
};
