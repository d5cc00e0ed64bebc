import { Malformed } from '../bytes';
import { digestsOf, type Digests } from '../digests';
import { isKeyName } from '../note/verifier';

export interface ManifestSig extends Digests {
  id: string;
  size: number;
  signers: string[];
}

/** Text of MANIFEST.sig. The signers named here are the lines that the note must have, in this order. */
export function manifestSigText(id: string, manifest: Uint8Array, signers: readonly string[]): string {
  return textOfSig({ id, size: manifest.length, ...digestsOf(manifest), signers: [...signers] });
}

export function parseManifestSig(text: string): ManifestSig {
  const match =
    /^evidence-manifest-sig\/1\n(ev_[0-9A-HJKMNP-TV-Z]{26})\nsize (\d+)\nsha256 ([0-9a-f]{64})\nsm3 ([0-9a-f]{64})\nsigners (.+)\n$/.exec(
      text,
    );
  if (!match) throw new Malformed('text of MANIFEST.sig');
  const [, id, size, sha256, sm3, signers] = match as unknown as string[];
  const parsed = { id: id!, size: Number(size), sha256: sha256!, sm3: sm3!, signers: signers!.split(' ') };
  if (textOfSig(parsed) !== text || !signersFit(parsed.signers)) throw new Malformed('text of MANIFEST.sig');
  return parsed;
}

export function signersFit(signers: readonly string[]): boolean {
  return signers.length > 0 && signers.every(isKeyName) && new Set(signers).size === signers.length;
}

function textOfSig({ id, size, sha256, sm3, signers }: ManifestSig): string {
  return `evidence-manifest-sig/1\n${id}\nsize ${size}\nsha256 ${sha256}\nsm3 ${sm3}\nsigners ${signers.join(' ')}\n`;
}
