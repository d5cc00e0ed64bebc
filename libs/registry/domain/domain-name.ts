import { domainToASCII, domainToUnicode } from 'node:url';

/** A host name in the forms we keep: for comparing, for showing, and for finding names that look like it. */
export interface Host {
  /** A-labels, lower case, no trailing dot: what is compared. */
  ascii: string;
  unicode: string;
  /** Two names with the same skeleton look the same to a hurried eye. */
  skeleton: string;
  /** A label mixes alphabets that are not written together, such as Latin and Cyrillic. */
  mixedScripts: boolean;
}

export type DomainFault = 'empty' | 'notADomain' | 'ipAddress' | 'labelTooLong' | 'nameTooLong' | 'hyphen';

/** Letters that are drawn alike (I: our own short list of those met in look-alike names; not a full confusables table). */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  а: 'a', в: 'b', с: 'c', ԁ: 'd', е: 'e', ё: 'e', һ: 'h', і: 'i', ї: 'i', ј: 'j', к: 'k', ӏ: 'l', м: 'm', п: 'n', о: 'o', р: 'p', ԛ: 'q', г: 'r', ѕ: 's', т: 't', у: 'y', ѵ: 'v', ԝ: 'w', х: 'x', // prettier-ignore
  α: 'a', β: 'b', ε: 'e', η: 'n', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x', ω: 'w', ɑ: 'a', ɡ: 'g', ı: 'i', // prettier-ignore
  '0': 'o', '1': 'l', i: 'l', // prettier-ignore
};
const WRITTEN_TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];
const SCRIPTS = ['Latin', 'Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Hangul', 'Cyrillic', 'Greek', 'Armenian', 'Hebrew', 'Arabic', 'Thai'].map(
  (name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')] as const,
);

/**
 * A domain as filed or as met, by UTS 46 (non-transitional). Returns the reason when it is not one.
 * An IP address is a legal answer for a site without a name, but is kept in its own field.
 */
export function readDomain(input: string): Host | DomainFault {
  const text = input.trim().normalize('NFKC').toLowerCase().replace(/[.。]$/, '');
  if (text === '') return 'empty';
  if (/[^\p{L}\p{N}\p{M}.。-]/u.test(text)) return 'notADomain';
  const ascii = domainToASCII(text);
  if (/^[\d.]+$/.test(ascii)) return 'ipAddress';
  const labels = (ascii || text).split('.');
  if (labels.some((label) => label.length > 63)) return 'labelTooLong';
  if ((ascii || text).length > 253) return 'nameTooLong';
  if (labels.some((label) => label.startsWith('-') || label.endsWith('-'))) return 'hyphen';
  if (ascii === '' || labels.length < 2 || labels.includes('')) return 'notADomain';
  return hostFromAscii(ascii);
}

/** The host of a web address, without port; null for anything that is not http(s) or has no domain name. */
export function hostOfUrl(url: string): Host | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  const host = readDomain(hostname);
  return typeof host === 'string' ? null : host;
}

function hostFromAscii(ascii: string): Host {
  const unicode = domainToUnicode(ascii);
  return { ascii, unicode, skeleton: skeletonOf(unicode), mixedScripts: unicode.split('.').some(mixesScripts) };
}

export function skeletonOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...plain].map((char) => LOOKS_LIKE[char] ?? char).join('').replaceAll('rn', 'm').replaceAll('vv', 'w');
}

function mixesScripts(label: string): boolean {
  const used = SCRIPTS.filter(([, pattern]) => pattern.test(label)).map(([name]) => name);
  return used.length > 1 && !WRITTEN_TOGETHER.some((together) => used.every((name) => together.includes(name)));
}
