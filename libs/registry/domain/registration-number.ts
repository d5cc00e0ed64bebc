export type RegistrationNumberFault =
  | { reason: 'length'; length: number; expected: 15 }
  | { reason: 'charset'; position: number; found: string }
  | { reason: 'check-character'; position: 15; found: string; expected: string };

/** Numbers of farmers' cooperatives: quoted in public code, not verified against the standard, so only the form is checked (K). */
const COOPERATIVE = /^\d{6}NA\d{6}X$/;

/** Check digit by ISO 7064 MOD 11,10 (GB/T 17710) over the first fourteen digits. */
export function registrationCheckDigit(first14: string): string {
  let p = 10;
  for (const digit of first14) p = (((p + Number(digit)) % 10 || 10) * 2) % 11;
  return String((11 - p) % 10);
}

/** What is wrong with a 15-digit registration number used before 2015, or null. Basis: GS 15-2006. */
export function registrationNumberFault(number: string): RegistrationNumberFault | null {
  if (number.length !== 15) return { reason: 'length', length: number.length, expected: 15 };
  if (COOPERATIVE.test(number)) return null;
  const strange = number.search(/\D/);
  if (strange >= 0) return { reason: 'charset', position: strange + 1, found: number.charAt(strange) };
  const expected = registrationCheckDigit(number.slice(0, 14));
  return number[14] === expected ? null : { reason: 'check-character', position: 15, found: number.charAt(14), expected };
}

/** Position 7 tells whose capital it is: 0-3 domestic, 4-5 foreign-invested, 6-9 individual business. */
export function capitalClassOf(number: string): '内资' | '外资' | '个体' {
  const seventh = Number(number.charAt(6));
  return seventh <= 3 ? '内资' : seventh <= 5 ? '外资' : '个体';
}
