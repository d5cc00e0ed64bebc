import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64 } from '../bytes';
import type { HashName } from '../primitives';
import type { TrustBundle } from '../trust-bundle';
import { createAuthority } from '../tsp/authority';
import { timeStampRequest } from '../tsp/request';

export interface ListParts {
  from: string;
  to: string;
  /** Moment from which the certificate of the signer (serial number 2) counts no longer. */
  revoked?: string;
  /** Of another certificate than the signer's, in hex. */
  serial?: string;
  /** Lines of a section of extensions, as `openssl.cnf` has them. */
  extensions?: string;
  /** Another key signs than that of the certificate. */
  forged?: boolean;
}

const short = (instant: string): string => `${instant.slice(2, 19).replace(/[-:T]/g, '')}Z`;

/**
 * An authority whose tokens bear the time that a test wants, and whose revocation lists are made by the `openssl` command.
 * `listUrls`, `responderUrls`: what its signer certificate says of where lists and OCSP responders are.
 */
export function authorityWithLists({
  name = 'Listed stamps',
  listUrls = [] as string[],
  responderUrls = [] as string[],
  to = '2030-01-01T00:00:00Z',
} = {}) {
  const ecKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const [rootKey, key] = [ecKey(), ecKey()];
  const life = { from: new Date('2026-01-01T00:00:00Z'), to: new Date(to) };
  const authority = createAuthority({ name, policy: '1.2.3.4.1', ...life, rootKey, key, listUrls, responderUrls });
  const entry: TrustBundle['tsa'][number] = {
    name,
    root: toBase64(authority.root),
    policies: [],
    algorithms: ['sha256', 'sha384', 'sha512', 'sm3'],
    internal: false,
  };
  const stamp = (bytes: Uint8Array, hash: HashName, at: string): Uint8Array =>
    authority.respond(
      timeStampRequest(bytes, hash, new Uint8Array(randomBytes(8))).bytes,
      new Date(at),
      new Uint8Array(randomBytes(8)),
    );

  /** A list of the root, in DER. */
  const list = ({ from, to, revoked, serial = '02', extensions, forged = false }: ListParts): Uint8Array => {
    const folder = mkdtempSync(join(tmpdir(), 'lists-'));
    const put = (file: string, text: string): void => writeFileSync(join(folder, file), text);
    const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      put('root.pem', `-----BEGIN CERTIFICATE-----\n${toBase64(authority.root)}\n-----END CERTIFICATE-----\n`);
      put('root.key', rootKey.export({ type: 'pkcs8', format: 'pem' }).toString());
      put('index', revoked ? `R\t300101000000Z\t${short(revoked)}\t${serial}\tunknown\t/CN=signer\n` : '');
      put('number', '01\n');
      put(
        'config',
        `[ca]\ndefault_ca = d\n[d]\ndatabase = index\ncrlnumber = number\ndefault_md = sha256\n${extensions ? `crl_extensions = e\n[e]\n${extensions}\n` : ''}`,
      );
      if (forged) {
        // openssl wants key and certificate to belong together: a twin of the certificate, with the name and another key.
        const twin = ecKey();
        const { root } = createAuthority({ name, policy: '1.2.3.4.1', ...life, rootKey: twin, key: twin });
        put('root.pem', `-----BEGIN CERTIFICATE-----\n${toBase64(root)}\n-----END CERTIFICATE-----\n`);
        put('root.key', twin.export({ type: 'pkcs8', format: 'pem' }).toString());
      }
      const when = ['-crl_lastupdate', short(from), '-crl_nextupdate', short(to)];
      run('ca', '-gencrl', '-config', 'config', '-cert', 'root.pem', '-keyfile', 'root.key', ...when, '-out', 'list.pem');
      run('crl', '-in', 'list.pem', '-outform', 'DER', '-out', 'list.der');
      return new Uint8Array(readFileSync(join(folder, 'list.der')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return { authority, rootKey, entry, stamp, list };
}
