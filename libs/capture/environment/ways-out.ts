import { createSocket } from 'node:dgram';
import { readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { FreshBrowser } from '../chromium/fresh-browser';
import type { DirectTry } from '../chromium/namespace';
import { procText, processesOf } from '../chromium/proc';
import type { Vantage } from '../egress/vantage';
import { digest, finding, na, type Finding } from './finding';

const ONLY_OURS = 'no proxy variables; the browser reaches nothing but our egress';

/**
 * E05. In a network namespace: from inside of it, when it was made, listeners of ours outside were called, which others could call; none
 * may have been reached, the browser and all its processes have to be in that namespace still, and it has to have no way out but our listener.
 * Without one the kernel holds back nothing, which is told and is never a pass.
 */
export function onlyOurEgress(
  { isolation, flags, pid, direct }: Pick<FreshBrowser, 'isolation' | 'flags' | 'pid' | 'direct'>,
  variablesOf: Readonly<Record<string, string | undefined>>,
): Finding {
  const variables = Object.keys(variablesOf).filter((name) => /^(https?|all|ftp|socks)_proxy$/i.test(name) && variablesOf[name]);
  const told = `variables: ${variables.join(' ') || 'none'}`;
  const own = spaceOf('self');
  const inside = spaceOf(String(pid));
  const port = Number(/--proxy-server=http:\/\/127\.0\.0\.1:(\d+)/.exec(flags.join(' '))?.[1]);
  if (isolation.namespace === 'off') {
    const same =
      inside === null ? 'where the browser is cannot be read' : inside === own ? 'the browser is in ours' : `${inside}`;
    const observed = `${told}; no network namespace (${isolation.namespaceReason}; ${same}): only its flags keep the browser from direct connections`;
    return finding('warn', ONLY_OURS, observed);
  }
  if (!direct || direct.calls.length === 0) return na(ONLY_OURS, `${told}; nothing could be called from inside the namespace`);
  const sum = digest(direct.space);
  const called = `called from inside ${direct.space}: ${direct.calls.map(callOf).join(', ')}`;
  const reached = direct.calls.some(({ inside: answer }) => answer === 'reached');
  if (inside === null && hasEnded(pid) && !reached && processesOf(isolation.uid).length === 0)
    return finding(
      variables.length > 0 ? 'warn' : 'pass',
      ONLY_OURS,
      `${told}; ${called}; the browser and all its processes have ended`,
      sum,
    );
  if (inside === null || own === null) return na(ONLY_OURS, `${told}; the namespace of the browser cannot be read`);
  const astray = processesOf(isolation.uid).filter((one) => spaceOf(String(one)) === own);
  const devices = devicesOf(procText(`/proc/${pid}/net/dev`));
  const routes = procText(`/proc/${pid}/net/route`).trim().split('\n').slice(1);
  const listens = isListening(procText(`/proc/${pid}/net/tcp`), port);
  const observed = [
    told,
    called,
    `browser in ${inside}`,
    `${astray.length} of its processes in ours`,
    `devices there: ${devices.join(' ') || 'none'}; routes: ${routes.length}`,
    `our egress listens there at ${port}: ${listens ? 'yes' : 'no'}`,
  ].join('; ');
  const isOut = reached || astray.length + routes.length > 0 || devices.some((name) => name !== 'lo');
  if (isOut || inside !== direct.space || inside === own) return finding('fail', ONLY_OURS, observed, sum);
  // The browser is started with an environment of its own, so the variables do not reach it; they are told all the same.
  return finding(variables.length > 0 || !listens ? 'warn' : 'pass', ONLY_OURS, observed, sum);
}

/** Gone, or only waiting for somebody to take note. */
function hasEnded(pid: number): boolean {
  const status = procText(`/proc/${pid}/status`);
  return status === '' || /^State:\s+Z/m.test(status);
}

const callOf = ({ target, inside, outside }: DirectTry['calls'][number]) => `${target} ${inside} (from outside: ${outside})`;

/** `net:[4026531840]`, or null where it may not be read. */
function spaceOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return null;
  }
}

/** Names in `/proc/net/dev`. Tunnel devices that the kernel puts into every namespace are down there and lead nowhere. */
function devicesOf(text: string): string[] {
  return text
    .split('\n')
    .slice(2)
    .flatMap((line) => /^\s*([^:\s]+):/.exec(line)?.[1] ?? [])
    .filter((name) => !/^(tunl|sit|gre|gretap|erspan|ip6tnl|ip6gre|ip_vti|ip6_vti)0$/.test(name));
}

/** State 0A of `/proc/net/tcp` at 127.0.0.1. */
function isListening(text: string, port: number): boolean {
  const place = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return text.split('\n').some((line) => line.includes(` ${place} 00000000:0000 0A `));
}

const WAY = 'interfaces, routes and the address that connections leave from, as observed';

/** E08, of the process that connects to the world. What the world sees behind a translation of addresses nobody outside is asked. */
export async function wayOut({ name: vantage, upstream }: Vantage): Promise<Finding> {
  const names = Object.entries(networkInterfaces()).map(
    ([name, list]) => `${name} ${(list ?? []).map(({ address }) => address).join(' ')}`,
  );
  const routes = procText('/proc/net/route').trim().split('\n').slice(1);
  const defaults = routes.flatMap((line) => {
    const [name, destination, gateway] = line.split(/\s+/);
    return destination === '00000000' && gateway ? [`${dotted(gateway)} by ${name}`] : [];
  });
  const [v4, v6] = await Promise.all([leavesFrom('udp4', '192.0.2.1'), leavesFrom('udp6', '2001:db8::1')]);
  const observed = [
    `interfaces: ${names.join(', ')}`,
    `${routes.length} routes, default ${defaults.join(', ') || 'none'}`,
    `connections leave from ${[v4, v6].filter(Boolean).join(' and ') || 'nowhere'}`,
    `vantage ${vantage}: ${upstream ? 'to an upstream of the agency, and from there' : 'the own way out'}`,
    'what address others see was not asked of anybody',
  ].join('; ');
  if (!v4 && !v6) return na(WAY, `no way out of this machine; ${observed}`);
  return finding('pass', WAY, observed, digest(JSON.stringify([vantage, names, routes])));
}

/** Of an address in four groups as the kernel writes it, the last one first. */
const dotted = (hex: string) =>
  (hex.match(/../g) ?? [])
    .reverse()
    .map((part) => parseInt(part, 16))
    .join('.');

/** The source address that the kernel chooses; connecting a datagram socket sends nothing. */
function leavesFrom(kind: 'udp4' | 'udp6', target: string): Promise<string | null> {
  return new Promise((done) => {
    const socket = createSocket(kind);
    const end = (address: string | null) => {
      done(address);
      socket.close();
    };
    socket.once('error', () => end(null));
    try {
      socket.connect(53, target, () => end(socket.address().address));
    } catch {
      end(null);
    }
  });
}
