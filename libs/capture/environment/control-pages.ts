import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect as connectTls, rootCertificates, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { refusalOfAddress } from '../domain/address';
import { EgressResolver, type ResolverSettings } from '../egress/resolver';
import { openFrom, type Vantage } from '../egress/vantage';
import { finding, na, type Finding } from './finding';

/** One control page: an address, and by what its chain is known. */
export interface ControlPage {
  url: string;
  /** Base64 SHA-256 of the public key of any certificate of the chain, or the common name of an issuer in it. */
  by: { spki: string } | { issuer: string };
}

const EXPECTED = 'control pages of two sites: public chain, expected issuer';
const WAIT_MS = 5_000;

/** `<https address> sha256/<base64>` or `<https address> issuer/<common name>`; a comma in a name is written %2C. */
export function parseControlPage(text: string): ControlPage {
  const [, url = '', kind, value = ''] = /^(\S+)\s+(sha256|issuer)\/(.+)$/.exec(text) ?? [];
  if (!url.startsWith('https://') || refusalOfAddress(url) !== null || !value)
    throw new TypeError(`not of the form "https://… sha256/<base64>" or "https://… issuer/<name>": ${text}`);
  return { url, by: kind === 'sha256' ? { spki: value } : { issuer: decodeURIComponent(value) } };
}

/**
 * E09. Opens a TLS connection to each control page by the address rules of the egress and looks at the chain, as an intercepting proxy
 * on the way would have to show its own. The captured site is never asked; a control page on its host is left out. `fail` when a chain is
 * not public or not the expected one; `warn` when a page cannot be reached, for that says nothing about interception.
 */
export async function controlPages(
  pages: readonly ControlPage[],
  captured: string,
  egress: Egress,
  roots: readonly string[] = rootCertificates,
): Promise<Finding> {
  if (pages.length === 0) return na(EXPECTED, 'no control pages configured; nothing but the ordered address is visited');
  const host = URL.canParse(captured) ? new URL(captured).hostname : '';
  const asked = pages.filter(({ url }) => new URL(url).hostname !== host);
  const seen = await Promise.all(asked.map((page) => look(page, egress, roots)));
  const told = seen.map(({ page, told: text }) => `${page.url} ${text}`).join('; ') || 'all are on the host that is captured';
  if (seen.some(({ result }) => result === 'fail')) return finding('fail', EXPECTED, told);
  return finding(seen.length >= 2 && seen.every(({ result }) => result === 'pass') ? 'pass' : 'warn', EXPECTED, told);
}

interface Egress {
  rules: ResolverSettings;
  vantage: Vantage;
  now: () => Date;
}

interface Seen {
  page: ControlPage;
  result: 'pass' | 'warn' | 'fail';
  told: string;
}

async function look(page: ControlPage, { rules, vantage, now }: Egress, roots: readonly string[]): Promise<Seen> {
  const { hostname, port } = new URL(page.url);
  const resolution = await new EgressResolver(rules, now).resolve(hostname, Number(port) || 443);
  if (!('target' in resolution)) return { page, result: 'warn', told: Object.values(resolution)[0] as string };
  const { address } = resolution.target;
  const opened = await openFrom(vantage, resolution.target).catch((error: Error) => error);
  if (!('socket' in opened)) return { page, result: 'warn', told: opened.message };
  const plain = opened.socket;
  const name = hostname.replace(/^\[|\]$/g, '');
  return new Promise((done) => {
    const socket: TLSSocket = connectTls({
      socket: plain,
      ca: [...roots],
      ...(isIP(name) ? { host: name } : { servername: name }),
      rejectUnauthorized: false,
    });
    const end = (result: Seen['result'], told: string) => {
      clearTimeout(timer);
      socket.destroy();
      plain.destroy();
      done({ page, result, told });
    };
    const timer = setTimeout(() => end('warn', 'no answer in time'), WAIT_MS);
    plain.on('error', (error) => end('warn', error.message));
    socket.on('error', (error) => end('warn', error.message));
    socket.once('secureConnect', () => {
      const chain = chainOf(socket.getPeerCertificate(true));
      const issuer = chain[0] ? nameOf(chain[0].issuer) : 'none';
      const told = `${address}, issuer ${issuer}, key sha256/${chain[0] ? spkiOf(chain[0]) : 'none'}`;
      if (!socket.authorized) return end('fail', `${told}: ${String(socket.authorizationError)}`);
      const { by } = page;
      const expected =
        'spki' in by ? chain.some((each) => spkiOf(each) === by.spki) : chain.some((each) => nameOf(each.issuer) === by.issuer);
      return end(expected ? 'pass' : 'fail', `${told}${expected ? '' : ': public, but not the expected one'}`);
    });
  });
}

const nameOf = (issuer: DetailedPeerCertificate['issuer']) => [issuer.CN ?? issuer.O ?? ''].flat()[0] ?? '';
const spkiOf = ({ raw }: DetailedPeerCertificate) =>
  createHash('sha256')
    .update(new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  // The last one names itself as its issuer.
  for (let at: DetailedPeerCertificate | undefined = leaf; at?.raw && !chain.includes(at); at = at.issuerCertificate)
    chain.push(at);
  return chain;
}
