/** One change of hands, as a list of exhibits prints it. */
export interface PrintedHandover {
  n: number;
  at: string;
  from: string;
  to: string;
  place: string;
  receipt: string;
}

/** One exhibit of a case, as the file knows it on the day of the list. */
export interface PrintedExhibit {
  number: number;
  kind: 'electronic' | 'thing';
  /** What it is: an address or a file with the number of its package, or a thing with its marks. */
  name: string;
  quantity: string;
  /** When it was fixed or taken into the file. */
  at: string;
  proves: string;
  /** Of the manifest that is signed; null for a thing. */
  sha256: string | null;
  sm3: string | null;
  /** Who has it now, and where it is kept. */
  holder: string;
  place: string;
  handovers: readonly PrintedHandover[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  !!value && typeof value === 'object' && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isInstant = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));
const isDigest = (value: unknown): boolean => value === null || (isText(value) && /^[0-9a-f]{64}$/.test(value));

const isHandover = (value: unknown): value is PrintedHandover =>
  isRecord(value) &&
  Number.isSafeInteger(value.n) &&
  isInstant(value.at) &&
  [value.from, value.to, value.place, value.receipt].every(isText);

export const isPrintedExhibit = (value: unknown): value is PrintedExhibit =>
  isRecord(value) &&
  Number.isSafeInteger(value.number) &&
  (value.kind === 'electronic' || value.kind === 'thing') &&
  [value.name, value.quantity, value.proves, value.holder, value.place].every(isText) &&
  isInstant(value.at) &&
  isDigest(value.sha256) &&
  isDigest(value.sm3) &&
  Array.isArray(value.handovers) &&
  value.handovers.every(isHandover);

export const exhibitKindZh = (kind: PrintedExhibit['kind']): string => (kind === 'thing' ? '实物' : '电子数据');
