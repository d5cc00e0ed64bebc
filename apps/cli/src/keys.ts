import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSealKey } from '../../../libs/documents';
import {
  canonicalJson,
  generateKey,
  loadKey,
  parseTrustBundle,
  type Revocation,
  signNote,
  textOf,
  type TrustBundle,
  trustBundleBytes,
  verifierOf,
  writeKeyFile,
} from '../../../libs/proof';

import { internalAuthority } from './tsa';

/** One folder a process: each holds the keys of its own roles and no other (evidence specification section 13). */
const FOLDERS = { worker: 'capture', seal: 'worker', import: 'worker', ledger: 'ledger' } as const;
export type KeyRole = keyof typeof FOLDERS;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
/** An old key still counts this long after its successor was made: its process has to be told of the new one. */
const OVERLAP_MS = 7 * DAY_MS;
/** As `libs/evidence` reads it. */
const ROTATIONS_FILE = 'key-rotations.jsonl';

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
    const file = newestKeyFile(root, role as KeyRole) ?? join(root, folder, `${role}-1.key`);
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
  writeBundle(trustFile, bundle);
  return { made, trustFile };
}

/**
 * Makes the next key of a role. The new key is signed for by the old one and by itself; the old one counts for a week more, so that
 * its process can be restarted with the new one. Worker and seal keys live at most a year, a ledger key as long as its logs.
 */
export async function rotateKey({ root, domain, passphrase }: KeyRequest, role: KeyRole, now: Date): Promise<string> {
  const trustFile = join(root, 'trust.json');
  const bundle = parseTrustBundle(new Uint8Array(readFileSync(trustFile)));
  const oldFile = newestKeyFile(root, role);
  if (!oldFile) throw new Error(`there is no key of the role ${role} yet`);
  const old = loadKey(oldFile, passphrase);
  const n = numberOf(oldFile, role) + 1;
  const key = generateKey(`${domain}/${role}-${n}`);
  const file = join(root, FOLDERS[role], `${role}-${n}.key`);
  const [from, to] = [now.toISOString(), new Date(now.getTime() + YEAR_MS).toISOString()];
  const note = await signNote(`key-added/1\n${key.vkey}\nroles ${role}\nfrom ${from}\nto ${to}\n`, [old, key]);
  const lastDay = new Date(now.getTime() + OVERLAP_MS).toISOString();
  for (const line of role === 'ledger' ? bundle.logs : bundle.signers)
    if (line.vkey === old.vkey && line.to > lastDay && line.from < lastDay) line.to = lastDay;
  if (role === 'ledger') nameLogs(bundle, `${domain}/evidence`, key.vkey, now);
  else bundle.signers.push({ name: key.name, vkey: key.vkey, roles: [role], from, to, revoked: null });
  // The hand-over is on disk before the key is: a key without one would be nobody's.
  appendFileSync(join(root, ROTATIONS_FILE), `${canonicalJson({ note: textOf(note) })}\n`, { mode: 0o644 });
  writeKeyFile(file, key, passphrase);
  writeBundle(trustFile, bundle);
  return file;
}

/**
 * Says in the trust bundle from when a key is not believed. Only what outside tokens date before counts then; of a key of the ledger also
 * what the log, which goes on under the next key, grew out of. So there has to be a next one: refuses to revoke the newest key of the
 * ledger. The worker logs `key.revoked` and stamps every checkpoint anew.
 */
export function revokeKey(root: string, name: string, revoked: Revocation): string {
  const trustFile = join(root, 'trust.json');
  const bundle = parseTrustBundle(new Uint8Array(readFileSync(trustFile)));
  const isOf = ({ vkey }: { vkey: string }): boolean => verifierOf(vkey).name === name;
  const lines = [...bundle.signers, ...bundle.logs].filter(isOf);
  if (lines.length === 0) throw new Error(`the trust bundle has no key ${name}`);
  const sound = bundle.logs.filter((log) => !log.revoked && !isOf(log));
  if (bundle.logs.some((log) => isOf(log) && !sound.some(({ origin }) => origin === log.origin)))
    throw new Error(`${name} signs the checkpoints and has no successor: rotate it first (nms keys rotate --role ledger)`);
  for (const line of lines) {
    if (line.revoked && line.revoked.invalidFrom <= revoked.invalidFrom)
      throw new Error(`${name} is revoked from ${line.revoked.invalidFrom}`);
    line.revoked = revoked;
  }
  writeBundle(trustFile, bundle);
  return trustFile;
}

function numberOf(file: string, role: KeyRole): number {
  return Number(new RegExp(`(?:^|/)${role}-(\\d+)\\.key$`).exec(file)?.[1] ?? 0);
}

/** The key of the role that was made last, or null. */
function newestKeyFile(root: string, role: KeyRole): string | null {
  const folder = join(root, FOLDERS[role]);
  if (!existsSync(folder)) return null;
  const files = readdirSync(folder).filter((file) => numberOf(file, role) > 0);
  const newest = files.sort((a, b) => numberOf(a, role) - numberOf(b, role)).at(-1);
  return newest ? join(folder, newest) : null;
}

function writeBundle(trustFile: string, bundle: TrustBundle): void {
  writeFileSync(`${trustFile}.new`, trustBundleBytes(bundle), { mode: 0o644 });
  renameSync(`${trustFile}.new`, trustFile);
}

/**
 * The log of this year and of the next, each with its SM3 tree, so that a system that runs over New Year goes on; and those of earlier
 * years, in which custody chains go on and which the key therefore signs too.
 */
function nameLogs(bundle: TrustBundle, log: string, vkey: string, now: Date): void {
  const earlier = bundle.logs.flatMap(({ origin }) => {
    const year = origin.startsWith(`${log}/`) ? origin.slice(log.length + 1) : '';
    return /^\d{4}$/.test(year) ? [Number(year)] : [];
  });
  for (const year of new Set([...earlier, now.getUTCFullYear(), now.getUTCFullYear() + 1]))
    for (const origin of [`${log}/${year}`, `${log}/${year}/sm3`]) {
      if (bundle.logs.some((known) => known.origin === origin && known.vkey === vkey)) continue;
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
