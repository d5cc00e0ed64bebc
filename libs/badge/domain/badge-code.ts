/**
 * Code of a badge: division, year, six random characters and a check character, as in `141122-26-7QK4M9T`.
 * 23 characters without look-alikes (no 0 O 1 I L 2 Z 5 S 8 B U V); a prime number of them, so that the check character
 * finds every single wrong character and every swap of neighbours. 23^6 codes a division and year cannot be walked through
 * behind the portal's limits, and none tells how many were issued.
 */
export const CODE_ALPHABET = '34679ACDEFGHJKMNPQRTWXY';
const RANDOM_LENGTH = 6;
const FORM = new RegExp(`^(\\d{6})-?(\\d{2})-?([${CODE_ALPHABET}]{${RANDOM_LENGTH}})([${CODE_ALPHABET}])$`);

export type CodeReading = { code: string } | { fault: 'form' } | { fault: 'check' };

/** `randomInt(n)` returns a uniform whole number below n from a cryptographic source. */
export function newBadgeCode(division: string, year: number, randomInt: (below: number) => number): string {
  const head = division + String(year % 100).padStart(2, '0');
  let body = '';
  for (let i = 0; i < RANDOM_LENGTH; i += 1) body += CODE_ALPHABET.charAt(randomInt(CODE_ALPHABET.length));
  return `${division}-${head.slice(6)}-${body}${checkOf(head, body)}`;
}

/** A code as typed or scanned: lower case, full-width characters, spaces and missing hyphens are forgiven, nothing else. */
export function readBadgeCode(typed: string): CodeReading {
  const text = typed.normalize('NFKC').toUpperCase().replace(/[\s]/g, '');
  const parts = FORM.exec(text);
  if (!parts) return { fault: 'form' };
  const [, division, year, body, check] = parts as unknown as [string, string, string, string, string];
  return checkOf(division + year, body) === check ? { code: `${division}-${year}-${body}${check}` } : { fault: 'check' };
}

/** Weights are the powers of 5, which runs through all 22 remainders of 23 before it repeats. */
function checkOf(head: string, body: string): string {
  let sum = 0;
  let weight = 1;
  for (const value of [...[...head].map(Number), ...[...body].map((char) => CODE_ALPHABET.indexOf(char))]) {
    weight = (weight * 5) % 23;
    sum += value * weight;
  }
  return CODE_ALPHABET.charAt((23 - (sum % 23)) % 23);
}
