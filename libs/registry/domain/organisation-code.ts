const WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2] as const;

/** Upper case without spaces and the customary hyphen before the check digit. */
export function normaliseOrganisationCode(input: string): string {
  return input.normalize('NFKC').toUpperCase().replace(/[\s-]/g, '');
}

/** Check digit of the first eight characters (letters count A=10 … Z=35), or null when they cannot be such. Basis: GB 11714. */
export function organisationCodeCheck(first8: string): string | null {
  if (!/^[0-9A-Z]{8}$/.test(first8)) return null;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number.parseInt(first8.charAt(i), 36), 0);
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : check === 11 ? '0' : String(check);
}

export type OrganisationCodeFault =
  | { reason: 'format' }
  | { reason: 'check-character'; position: 9; found: string; expected: string };

export function organisationCodeFault(code: string): OrganisationCodeFault | null {
  if (!/^[0-9A-Z]{8}[0-9X]$/.test(code)) return { reason: 'format' };
  const expected = organisationCodeCheck(code.slice(0, 8))!;
  return code[8] === expected ? null : { reason: 'check-character', position: 9, found: code.charAt(8), expected };
}
