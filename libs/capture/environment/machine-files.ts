import { readdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { FreshBrowser } from '../chromium/fresh-browser';
import { contents, digest, finding, type Finding } from './finding';

const HOSTS_LINE = /^\s*(#.*)?$|^\s*(127\.\d+\.\d+\.\d+|::1|fe00::|ff0[0-9]::)\S*\s+\S+/;
const SERVER_LINE = /^\s*([#;].*)?$|^\s*(nameserver|search|domain|options|sortlist)\s/;

/**
 * E04. `root` is where the machine's files begin: the empty text, or a copy of them. `decides`: the site's name is answered by these
 * files, not by a resolver that the egress asks itself; then they are never just as they should be.
 */
export async function nameFiles(root: string, decides = false): Promise<Finding> {
  const paths = ['/etc/hosts', '/etc/nsswitch.conf', '/etc/resolv.conf'];
  const files = await Promise.all(paths.map((path) => contents(join(root, path) || path)));
  const sum = digest(JSON.stringify(files.map((bytes) => (bytes ? digest(bytes) : null))));
  const odd = linesOf(files[0]).filter((line) => !HOSTS_LINE.test(line) && !isOwnName(line));
  const strange = linesOf(files[2]).filter((line) => !SERVER_LINE.test(line));
  const told = paths.map((path, at) => `${path} ${files[at] ? digest(files[at]).slice(0, 16) : 'absent'}`).join('; ');
  return finding(
    odd.length + strange.length > 0 ? 'fail' : decides ? 'warn' : 'pass',
    'hosts names only this machine; resolv.conf holds only its known words',
    `${told}; ${odd.length} other lines in hosts; ${strange.length} in resolv.conf${decides ? '; no DNS_SERVERS: these files decide where the site is' : ''}`,
    sum,
  );
}

const linesOf = (bytes: Buffer | null | undefined) => (bytes ?? Buffer.alloc(0)).toString('utf8').split('\n');

/** Container engines write the machine's own name and address into hosts. */
function isOwnName(line: string): boolean {
  const address = line.trim().split(/\s+/)[0] ?? '';
  return Object.values(networkInterfaces()).some((list) => list?.some((item) => item.address === address));
}

const POLICIES = ['/etc/chromium/policies', '/etc/opt/chrome/policies', '/etc/chromium-browser/policies'];
const LOCAL = '/usr/local/share/ca-certificates';

/**
 * E06. The browser trusts its own root store and the stores of its profile; one authority there, one policy, or a flag that turns the
 * check of certificates off, is a failure. An authority added to the system is not used by the browser, yet other programs trust it:
 * it is told, and it fails when the operator has listed the ones he knows and this is none of them.
 */
export async function trustAndPolicies(
  fresh: Pick<FreshBrowser, 'folder' | 'flags'>,
  { root, knownAuthorities }: { root: string; knownAuthorities: readonly string[] },
): Promise<Finding> {
  const bundle = await contents(join(root, '/etc/ssl/certs/ca-certificates.crt'));
  const names = (await readdir(join(root, LOCAL), { recursive: true }).catch(() => []))
    .filter((name) => name.endsWith('.crt'))
    .sort();
  const local = await Promise.all(names.map(async (name) => digest((await contents(join(root, LOCAL, name))) ?? '')));
  const unknown = local.filter((sum) => !knownAuthorities.includes(sum));
  const policies: string[] = [];
  for (const place of POLICIES) {
    for (const part of ['managed', 'recommended']) {
      const found = await readdir(join(root, place, part)).catch(() => []);
      for (const name of found.filter((each) => each.endsWith('.json')).sort())
        policies.push(`${part}/${name} ${digest((await contents(join(root, place, part, name))) ?? '')}`);
    }
  }
  const own = await profileAuthorities(fresh.folder);
  const flags = fresh.flags.filter((flag) => /^--(ignore-certificate-errors|allow-insecure-localhost)(=|$)/.test(flag));
  const excepted = fresh.flags.filter((flag) => flag.startsWith('--ignore-certificate-errors-spki-list'));
  const observed = [
    `system bundle ${bundle ? digest(bundle).slice(0, 16) : 'absent'}`,
    `${local.length} added authorities${local.length > 0 ? `, ${unknown.length} not known to the operator` : ''}`,
    `${policies.length} browser policies`,
    `authorities in the profile: ${own.join(' ') || 'none'}`,
    ...(flags.length + excepted.length > 0 ? [`certificate flags: ${[...flags, ...excepted].join(' ')}`] : []),
  ].join('; ');
  const sum = digest(JSON.stringify([bundle ? digest(bundle) : '', local, policies, own, flags, excepted]));
  const expected = 'no added authority, no browser policy';
  const strange = knownAuthorities.length > 0 && unknown.length > 0;
  if (policies.length + own.length + flags.length > 0 || strange) return finding('fail', expected, observed, sum);
  return finding(local.length + excepted.length > 0 ? 'warn' : 'pass', expected, observed, sum);
}

/**
 * Stores in which a browser finds authorities of its user. A profile made for this job has none of them filled, so any trace of a
 * certificate, even of a deleted one, is found by its form; the files need not be understood for that.
 */
async function profileAuthorities(folder: string): Promise<string[]> {
  const profile = join(folder, 'profile');
  const stores: [string, RegExp][] = [
    ['Default/ServerCertificate', /[0-9a-f]{64}/i],
    ['Default/ServerCertificate-journal', /[0-9a-f]{64}/i],
    ['.pki/nssdb/cert9.db', /\x30\x82[\s\S]{2}\x30\x82/],
    ['.local/share/pki/nssdb/cert9.db', /\x30\x82[\s\S]{2}\x30\x82/],
  ];
  const found = await Promise.all(
    stores.map(async ([path, trace]) =>
      trace.test(((await contents(join(profile, path))) ?? '').toString('latin1')) ? path : '',
    ),
  );
  return found.filter(Boolean);
}
