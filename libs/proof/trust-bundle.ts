import { fromBase64, Malformed } from './bytes';
import { isInstant } from './instants';
import { verifierOf } from './note/verifier';
import { exactly, listOf, misfit, oneOf, orNull, type JsonSchema } from './schema';
import { jsonBytes, parseCanonical } from './strict-json';

/** From when on a key is not believed, and why. What outside tokens date before still counts. */
export interface Revocation {
  invalidFrom: string;
  reason: string;
}

export type SignerRole = 'worker' | 'import' | 'agency' | 'seal';

/** `evidence-trust/1`: what a verifier believes before it looks at a package. Published; its SHA-256 is printed on reports. */
export interface TrustBundle {
  schema: 'evidence-trust/1';
  /** One line per tree: the SHA-256 tree has the origin, the SM3 tree origin + `/sm3`. A key is revoked by all of its lines. */
  logs: { origin: string; vkey: string; from: string; to: string; revoked?: Revocation | null }[];
  signers: {
    name: string;
    vkey: string;
    /** `worker` signs manifests of captures, `import` those of imports and attestations, `agency` beside either, `seal` signs SEAL. */
    roles: SignerRole[];
    from: string;
    to: string;
    revoked: Revocation | null;
  }[];
  /** Roots in base64 DER. Algorithms: names of imprint digests. */
  tsa: { name: string; root: string; policies: string[]; algorithms: string[]; internal: boolean }[];
  x509Roots: string[];
  witnesses: { name: string; vkey: string }[];
  policy: { tokens: number; witnesses: number; maxLateMinutes: number };
  /** Digest name → last instant at which it may be relied on. */
  algorithms: Record<string, string>;
}

const instant: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' };
const filled: JsonSchema = { type: 'string', minLength: 1 };
const revocation = orNull(exactly({ invalidFrom: instant, reason: filled }));
const count: JsonSchema = { type: 'integer', minimum: 0 };

export const trustSchema: JsonSchema = exactly({
  schema: { const: 'evidence-trust/1' },
  // Bundles of before a key of a log could be revoked have no such line.
  logs: listOf(exactly({ origin: filled, vkey: filled, from: instant, to: instant }, { revoked: revocation })),
  signers: listOf(
    exactly({
      name: filled,
      vkey: filled,
      roles: listOf(oneOf('worker', 'import', 'agency', 'seal'), 1),
      from: instant,
      to: instant,
      revoked: revocation,
    }),
  ),
  tsa: listOf(
    exactly({
      name: filled,
      root: filled,
      policies: listOf(filled),
      algorithms: listOf(filled, 1),
      internal: { type: 'boolean' },
    }),
  ),
  x509Roots: listOf(filled),
  witnesses: listOf(exactly({ name: filled, vkey: filled })),
  policy: exactly({ tokens: count, witnesses: count, maxLateMinutes: count }),
  algorithms: { type: 'object', additionalProperties: instant },
});

export function parseTrustBundle(bytes: Uint8Array): TrustBundle {
  const value = parseCanonical(bytes);
  checkTrustBundle(value);
  return value;
}

export function trustBundleBytes(bundle: TrustBundle): Uint8Array {
  checkTrustBundle(bundle);
  return jsonBytes(bundle);
}

/** Also looks into keys, roots and days, so that a broken bundle is a usage error and never a verdict. */
function checkTrustBundle(value: unknown): asserts value is TrustBundle {
  const pointer = misfit(value, trustSchema);
  if (pointer !== null) throw new Malformed(`trust bundle: ${pointer || '/'}`);
  const bundle = value as TrustBundle;
  for (const { vkey } of [...bundle.logs, ...bundle.witnesses]) verifierOf(vkey);
  for (const { name, vkey } of bundle.signers) {
    if (verifierOf(vkey).name !== name) throw new Malformed(`trust bundle: key of ${name}`);
  }
  for (const root of [...bundle.x509Roots, ...bundle.tsa.map((tsa) => tsa.root)]) fromBase64(root);
  const instants = [...bundle.logs, ...bundle.signers].flatMap(({ from, to }) => [from, to]);
  const ends = [...bundle.logs, ...bundle.signers].flatMap(({ revoked }) => (revoked ? [revoked.invalidFrom] : []));
  for (const at of [...instants, ...ends, ...Object.values(bundle.algorithms)]) {
    if (!isInstant(at)) throw new Malformed(`trust bundle: ${at} is no instant`);
  }
}
