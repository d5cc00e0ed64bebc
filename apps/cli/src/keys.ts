import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  generateKey,
  loadKey,
  parseTrustBundle,
  type SignerRole,
  type TrustBundle,
  trustBundleBytes,
  writeKeyFile,
} from '../../../libs/proof';

/** One folder a process: each holds the key of its own role and no other (evidence specification section 13). */
const FOLDERS = { worker: 'capture', seal: 'worker' } as const;
const YEAR_MS = 365 * 86_400_000;

export interface KeyReport {
  made: string[];
  trustFile: string;
}

/**
 * Makes the keys that are missing and writes the trust bundle that names all of them. Keys that exist are never replaced; a
 * bundle that exists keeps what it says about older keys.
 */
export function ensureKeys(root: string, domain: string, passphrase: string | undefined, now: Date): KeyReport {
  const made: string[] = [];
  const trustFile = join(root, 'trust.json');
  const bundle = existsSync(trustFile) ? parseTrustBundle(new Uint8Array(readFileSync(trustFile))) : emptyBundle();
  for (const [role, folder] of Object.entries(FOLDERS) as [SignerRole & keyof typeof FOLDERS, string][]) {
    const file = join(root, folder, `${role}-1.key`);
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeKeyFile(file, generateKey(`${domain}/${role}-1`), passphrase);
      made.push(file);
    }
    const key = loadKey(file, passphrase);
    if (bundle.signers.some(({ vkey }) => vkey === key.vkey)) continue;
    bundle.signers.push({
      name: key.name,
      vkey: key.vkey,
      roles: [role],
      from: now.toISOString(),
      to: new Date(now.getTime() + YEAR_MS).toISOString(),
      revoked: null,
    });
  }
  writeFileSync(`${trustFile}.new`, trustBundleBytes(bundle), { mode: 0o644 });
  renameSync(`${trustFile}.new`, trustFile);
  return { made, trustFile };
}

function emptyBundle(): TrustBundle {
  return {
    schema: 'evidence-trust/1',
    logs: [],
    signers: [],
    tsa: [],
    x509Roots: [],
    witnesses: [],
    policy: { tokens: 1, witnesses: 0, maxLateMinutes: 10 },
    algorithms: {},
  };
}
