import { utf8 } from '../bytes';
import { containerBytes, surveyFiles } from '../container/write';
import { digestsOf } from '../digests';
import type { Manifest } from '../manifest/manifest';
import { manifestSigText } from '../manifest/manifest-sig';
import { sealText, type SealedFile } from '../manifest/seal';
import type { NoteSigner } from '../note/keys';
import { signNote } from '../note/note';
import { jsonBytes } from '../strict-json';
import { aManifest, PACKAGE_ID } from './a-manifest';
import { testKeys } from './keys';

/** Lists of `record/environment.json`: every check made before and after, those named failed. */
export function theChecks(at: string, failed: readonly string[] = []): { before: object[]; after: object[] } {
  const check = (n: number) => {
    const id = `E${String(n).padStart(2, '0')}`;
    const result = failed.includes(id) ? 'fail' : 'pass';
    return { id, at, result, expected: '', observed: '', sha256: null };
  };
  const all = Array.from({ length: 16 }, (_, n) => check(n + 1));
  return { before: all.slice(0, 15), after: all };
}

/** What a manifest has to say as `record/request.json` says it, beside makers and `/request`. */
export function asAsked(request: object): Pick<Manifest, 'case' | 'place'> {
  const { caseRef, clue, factToProve, place } = request as {
    caseRef: string | null;
    clue: string | null;
    factToProve: string;
    place: string;
  };
  return { case: { ref: caseRef, clue, factToProve }, place };
}

export type Files = Record<string, Uint8Array>;

export const CONTENT: Files = {
  'content/text.txt': utf8('示例商店\n'),
  'content/screen/first.png': Uint8Array.from({ length: 200 }, (_, i) => (i * 7) & 0xff),
  'record/request.json': utf8('{"v":1}'),
};

/**
 * MANIFEST.json and MANIFEST.sig over the files; what a capture worker leaves in staging. A capture whose environment nobody speaks of
 * gets the record of a clean one.
 */
export async function fixed(
  given: Files = CONTENT,
  changes: Partial<Manifest> = {},
  signers: NoteSigner[] = [testKeys.worker, testKeys.agency],
): Promise<Files> {
  const isSpokenOf = 'environment' in changes || changes.files || 'record/environment.json' in given;
  const clean = jsonBytes({ ...theChecks('2026-11-22T03:29:30.000Z'), verdict: 'clean' });
  const files =
    isSpokenOf || (changes.kind ?? 'web_capture') !== 'web_capture' ? given : { ...given, 'record/environment.json': clean };
  const manifest = jsonBytes(aManifest(files, changes));
  const names = signers.map((signer) => signer.name);
  const sig = await signNote(manifestSigText(changes.id ?? PACKAGE_ID, manifest, names), signers);
  return { ...files, 'MANIFEST.json': manifest, 'MANIFEST.sig': sig };
}

export interface Sealing {
  signers?: NoteSigner[];
  custody?: { events: number; lastEntrySha256: string };
  withheld?: SealedFile[];
  at?: string;
}

/** Adds SEAL over everything given. */
export async function sealed(
  files: Files,
  { signers = [testKeys.seal], custody, withheld = [], at = '2026-11-22T06:00:00.000Z' }: Sealing = {},
): Promise<Files> {
  const survey = await surveyFiles(Object.entries(files).map(([path, source]) => ({ path, source })));
  const text = sealText({
    id: PACKAGE_ID,
    export: 1,
    at,
    manifestSha256: digestsOf(files['MANIFEST.json'] ?? new Uint8Array()).sha256,
    custody: custody ?? { events: 1, lastEntrySha256: digestsOf(utf8('entry')).sha256 },
    signers: signers.map((signer) => signer.name),
    files: survey,
    withheld,
  });
  return { ...files, SEAL: await signNote(text, signers) };
}

export function evp(files: Files): Promise<Uint8Array> {
  return containerBytes(Object.entries(files).map(([path, source]) => ({ path, source })));
}
