import { Malformed } from '../bytes';
import { compareEntries, isPackagePath, SEAL } from '../container/paths';
import type { Digests } from '../digests';
import { isInstant } from '../instants';
import { signersFit } from './manifest-sig';

export interface SealedFile extends Digests {
  path: string;
  size: number;
}

/** What one export says about itself; the text of SEAL. */
export interface Seal {
  id: string;
  /** Export number, from 1. */
  export: number;
  at: string;
  manifestSha256: string;
  custody: { events: number; lastEntrySha256: string };
  signers: string[];
  files: SealedFile[];
  /** Files of the manifest that this export leaves out on a stated legal ground. */
  withheld: SealedFile[];
}

export function sealText(seal: Seal): string {
  const files = [...seal.files].sort((a, b) => compareEntries(a.path, b.path));
  const withheld = [...seal.withheld].sort((a, b) => compareEntries(a.path, b.path));
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  return [
    'evidence-seal/1',
    `${seal.id} export ${seal.export} at ${seal.at}`,
    `manifest ${seal.manifestSha256}`,
    `custody ${seal.custody.events} ${seal.custody.lastEntrySha256}`,
    `signers ${seal.signers.join(' ')}`,
    `files ${files.length} ${bytes}`,
    ...files.map(fileLine),
    ...withheld.map((file) => `withheld ${fileLine(file)}`),
    '',
  ].join('\n');
}

/** Strict: the text must be what `sealText` writes. */
export function parseSeal(text: string): Seal {
  const lines = text.split('\n');
  const head =
    /^evidence-seal\/1\n(ev_[0-9A-HJKMNP-TV-Z]{26}) export (\d{1,9}) at (\S+)\nmanifest ([0-9a-f]{64})\ncustody (\d{1,9}) ([0-9a-f]{64})\nsigners (.+)$/;
  const match = head.exec(lines.slice(0, 5).join('\n'));
  if (!match) throw new Malformed('head of SEAL');
  const [, id, number, at, manifestSha256, events, lastEntrySha256, signers] = match as unknown as string[];
  const rest = lines.slice(6, -1);
  const seal: Seal = {
    id: id!,
    export: Number(number),
    at: at!,
    manifestSha256: manifestSha256!,
    custody: { events: Number(events), lastEntrySha256: lastEntrySha256! },
    signers: signers!.split(' '),
    files: rest.filter((line) => !line.startsWith('withheld ')).map((line) => parseFileLine(line)),
    withheld: rest.filter((line) => line.startsWith('withheld ')).map((line) => parseFileLine(line.slice('withheld '.length))),
  };
  const paths = [...seal.files, ...seal.withheld].map((file) => file.path);
  const sane = signersFit(seal.signers) && isInstant(seal.at) && new Set(paths).size === paths.length && !paths.includes(SEAL);
  if (!sane || sealText(seal) !== text) throw new Malformed('SEAL is not in its one form');
  return seal;
}

function fileLine({ size, sha256, sm3, path }: SealedFile): string {
  return `${size} ${sha256} ${sm3} ${path}`;
}

function parseFileLine(line: string): SealedFile {
  const match = /^(\d{1,16}) ([0-9a-f]{64}) ([0-9a-f]{64}) (\S+)$/.exec(line);
  if (!match || !isPackagePath(match[4]!)) throw new Malformed(`line of SEAL: ${line.slice(0, 300)}`);
  return { size: Number(match[1]), sha256: match[2]!, sm3: match[3]!, path: match[4]! };
}
