import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSealKey } from '../../../libs/documents';
import { generateKey, loadKey, parseTrustBundle, type TrustBundle, trustBundleBytes, writeKeyFile } from '../../../libs/proof';

import { internalAuthority } from './tsa';

/** One folder a process: each holds the keys of its own roles and no other (evidence specification section 13). */
const FOLDERS = { worker: 'capture', seal: 'worker', import: 'worker', ledger: 'ledger' } as const;
const YEAR_MS = 365 * 86_400_000;

export interface KeyReport {
  made: string[];
  trustFile: string;
}

export interface KeyRequest {
  /** Folder that holds one folder a process. */
  root: string;
  domain: string;
  /** Stands on the certificate with which papers are sealed. */
  agencyName: string;
  passphrase?: string;
}

/**
 * Makes the keys that are missing and writes the trust bundle that names all of them. Keys that exist are never replaced; a
 * bundle that exists keeps what it says about older keys.
 */
export function ensureKeys({ root, domain, agencyName, passphrase }: KeyRequest, now: Date): KeyReport {
  const made: string[] = [];
  const trustFile = join(root, 'trust.json');
  const bundle = existsSync(trustFile) ? parseTrustBundle(new Uint8Array(readFileSync(trustFile))) : emptyBundle();
  for (const [role, folder] of Object.entries(FOLDERS) as [keyof typeof FOLDERS, string][]) {
    const file = join(root, folder, `${role}-1.key`);
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeKeyFile(file, generateKey(`${domain}/${role}-1`), passphrase);
      made.push(file);
    }
    const key = loadKey(file, passphrase);
    if (role === 'ledger') nameLogs(bundle, `${domain}/evidence`, key.vkey, now);
    else if (!bundle.signers.some(({ vkey }) => vkey === key.vkey))
      bundle.signers.push({
        name: key.name,
        vkey: key.vkey,
        roles: [role],
        from: now.toISOString(),
        to: new Date(now.getTime() + YEAR_MS).toISOString(),
        revoked: null,
      });
  }
  const { name, policy, authority } = internalAuthority(root, domain, now);
  if (!bundle.tsa.some((known) => known.name === name))
    bundle.tsa.push({
      name,
      root: Buffer.from(authority.root).toString('base64'),
      policies: [policy],
      algorithms: ['sha256', 'sm3'],
      internal: true,
    });
  const paper = {
    keyFile: join(root, 'worker', 'paper-seal.pem'),
    certificateFile: join(root, 'worker', 'paper-seal.crt'),
    passphrase,
  };
  if (!existsSync(paper.keyFile)) made.push(paper.keyFile);
  const certificate = openSealKey(paper, agencyName, '', now).certificate.toString('base64');
  if (!bundle.x509Roots.includes(certificate)) bundle.x509Roots.push(certificate);
  writeFileSync(`${trustFile}.new`, trustBundleBytes(bundle), { mode: 0o644 });
  renameSync(`${trustFile}.new`, trustFile);
  return { made, trustFile };
}

/** The log of this year and of the next, each with its SM3 tree, so that a system that runs over New Year goes on. */
function nameLogs(bundle: TrustBundle, log: string, vkey: string, now: Date): void {
  for (const year of [now.getUTCFullYear(), now.getUTCFullYear() + 1])
    for (const origin of [`${log}/${year}`, `${log}/${year}/sm3`]) {
      if (bundle.logs.some((known) => known.origin === origin)) continue;
      // A year in Shanghai begins eight hours before it begins in UTC.
      bundle.logs.push({ origin, vkey, from: `${year - 1}-12-31T16:00:00.000Z`, to: `${year + 1}-01-01T00:00:00.000Z` });
    }
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
