import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64 } from '../bytes';
import type { TrustBundle } from '../trust-bundle';

const POLICY = '1.3.6.1.4.1.13762.3';

const CONFIG = `
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Test authority
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[tsa]
extendedKeyUsage = critical, timeStamping
[ts]
default_tsa = tsa_config
[tsa_config]
dir = .
serial = serial
crypto_device = builtin
digests = sha256, sha384, sha512, sm3
default_policy = ${POLICY}
accuracy = secs:1, millisecs:500
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = ESS_ALG
signer_digest = sha256
`;

export interface OpensslTsaOptions {
  key?: string[];
  essAlgorithm?: 'sha256' | 'sha1';
  days?: number;
}

/** A time stamp authority made of the `openssl` command: an implementation that is not ours. */
export function opensslTsa({
  key = ['EC', 'ec_paramgen_curve:P-256'],
  essAlgorithm = 'sha256',
  days = 300,
}: OpensslTsaOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tsa-'));
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  writeFileSync(join(folder, 'config'), CONFIG.replace('ESS_ALG', essAlgorithm));
  writeFileSync(join(folder, 'serial'), '01\n');
  const newKey = (name: string, [algorithm, option]: string[]) =>
    run('genpkey', '-algorithm', algorithm!, '-pkeyopt', option!, '-out', `${name}.key`);
  newKey('ca', ['EC', 'ec_paramgen_curve:P-256']);
  newKey('tsa', key);
  run('req', '-x509', '-new', '-key', 'ca.key', '-config', 'config', '-extensions', 'ca', '-days', '3650', '-out', 'ca.pem');
  run('req', '-new', '-key', 'tsa.key', '-config', 'config', '-subj', '/CN=Test signer', '-out', 'tsa.csr');
  const issue = [
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-set_serial',
    '77',
    '-extfile',
    'config',
    '-extensions',
    'tsa',
    '-days',
    String(days),
  ];
  run('x509', '-req', '-in', 'tsa.csr', ...issue, '-out', 'tsa.pem');
  const root = run('x509', '-in', 'ca.pem', '-outform', 'DER');
  const entry: TrustBundle['tsa'][number] = {
    name: 'openssl',
    root: toBase64(new Uint8Array(root)),
    policies: [POLICY],
    algorithms: ['sha256', 'sha384', 'sha512', 'sm3'],
    internal: false,
  };
  const respond = (request: Uint8Array): Uint8Array => {
    writeFileSync(join(folder, 'request.tsq'), request);
    const signer = ['-signer', 'tsa.pem', '-inkey', 'tsa.key', '-chain', 'ca.pem'];
    run(
      'ts',
      '-reply',
      '-config',
      'config',
      '-section',
      'tsa_config',
      '-queryfile',
      'request.tsq',
      ...signer,
      '-out',
      'response.tsr',
    );
    return new Uint8Array(readFileSync(join(folder, 'response.tsr')));
  };
  return { folder, run, entry, respond };
}
