import { organisationCodeCheck } from './organisation-code';

/** GB 32100-2015: I, O, S, V and Z are left out because they are read as 1, 0, 5, U and 2. */
export const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const;
const MEANT: Readonly<Record<string, string>> = { I: '1', O: '0', S: '5', V: 'U', Z: '2' };

export interface CharsetFault {
  /** 1-based, as printed on the licence. */
  position: number;
  found: string;
  /** The character that was probably meant, told as a hint and never put in silently. */
  suggestion: string | null;
}

/** Why a code as typed is not a USCC. `case`, `fullwidth` and `separators` go away by normalising. */
export type UsccFault =
  | { reason: 'case' | 'fullwidth' | 'separators'; normalised: string }
  | { reason: 'length'; length: number; expected: 18 }
  | { reason: 'charset'; position: number; found: string; suggestion: string | null; all: CharsetFault[] }
  | { reason: 'check-character'; position: 18; found: string; expected: string };

/** Reasons to look again; none of them makes the code wrong. */
export type UsccWarning = 'organisation-code' | 'division';

export interface UsccParts {
  department: string;
  orgClass: string;
  division: string;
  subjectId: string;
  check: string;
}

/** NFKC, upper case, no spaces and hyphens. Look-alike letters stay as typed: guessing would hide a forged code. */
export function normaliseUscc(input: string): string {
  return input.normalize('NFKC').toUpperCase().replace(/[\s-]/g, '');
}

/**
 * The check character of the first 17 characters, or null when one of them is outside the alphabet.
 * The outer `% 31` matters: without it a sum divisible by 31 points past the table.
 */
export function usccCheckCharacter(first17: string): string | null {
  let sum = 0;
  for (const [i, weight] of WEIGHTS.entries()) {
    const value = USCC_ALPHABET.indexOf(first17.charAt(i) || '?');
    if (value < 0) return null;
    sum += value * weight;
  }
  return USCC_ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** What is wrong with a code exactly as written, or null. Basis: GB 32100-2015. */
export function usccFault(code: string): UsccFault | null {
  const normalised = normaliseUscc(code);
  if (code !== normalised) return { reason: formFault(code), normalised };
  if (code.length !== 18) return { reason: 'length', length: code.length, expected: 18 };
  const all = charsetFaults(code);
  const first = all[0];
  if (first) return { reason: 'charset', ...first, all };
  const expected = usccCheckCharacter(code)!;
  return code[17] === expected ? null : { reason: 'check-character', position: 18, found: code.charAt(17), expected };
}

/** A USCC whose embedded organisation code (GB 11714) or division does not fit is met in practice: warn, do not refuse. */
export function usccWarnings(code: string): UsccWarning[] {
  const { subjectId, division } = usccParts(code);
  const warnings: UsccWarning[] = [];
  if (organisationCodeCheck(subjectId.slice(0, 8)) !== subjectId[8]) warnings.push('organisation-code');
  if (!/^\d{6}$/.test(division)) warnings.push('division');
  return warnings;
}

export function usccParts(code: string): UsccParts {
  return {
    department: code.slice(0, 1),
    orgClass: code.slice(1, 2),
    division: code.slice(2, 8),
    subjectId: code.slice(8, 17),
    check: code.slice(17, 18),
  };
}

function formFault(code: string): 'case' | 'fullwidth' | 'separators' {
  if (code !== code.normalize('NFKC')) return 'fullwidth';
  return /[\s-]/.test(code) ? 'separators' : 'case';
}

function charsetFaults(code: string): CharsetFault[] {
  return [...code].flatMap((found, i) =>
    USCC_ALPHABET.includes(found) ? [] : [{ position: i + 1, found, suggestion: MEANT[found] ?? null }],
  );
}
