import data from './number-formats.json';

export type NumberFormat = keyof typeof data.formats;

const PATTERNS = new Map<string, RegExp>(Object.entries(data.formats).map(([name, { re }]) => [name, new RegExp(re, 'u')]));

/** Whether a number shown on a site or document has the form of its kind; the form says nothing about whether it was issued. */
export function hasFormat(format: NumberFormat, value: string): boolean {
  return PATTERNS.get(format)!.test(value.normalize('NFKC').trim());
}

/** Any of the numbers with which a site may answer for its ICP filing or licence. */
export function isIcpNumber(value: string): boolean {
  return hasFormat('icpFiling', value) || hasFormat('icpLicence', value) || hasFormat('valueAddedTelecom', value);
}
