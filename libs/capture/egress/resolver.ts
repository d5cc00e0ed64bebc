import { Resolver, lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import type { AllowedNet } from '../domain/address';
import { isAllowedException, specialRangeOf } from '../domain/address';

/** A line of `record/dns.jsonl`. */
export interface DnsRecord {
  at: string;
  name: string;
  type: 'A' | 'AAAA' | 'literal' | 'table' | 'system';
  resolver: string;
  answers: string[];
  ttl: number | null;
  chosen: string | null;
  refused: { address: string; reason: string }[];
}

export interface Target {
  address: string;
  port: number;
}

export type Resolution = { target: Target } | { refused: string } | { failed: string };

export interface ResolverSettings {
  /** `name=ip[:port]`, the name may begin with `*.`; the only names that may lead into a private network by themselves. */
  hosts: string[];
  /** `ip[:port]`; empty means the machine's own resolution. */
  servers: string[];
  ports: number[];
  allowNet: AllowedNet[];
}

/** Said in every line of such an answer: whoever reads it has to know that no resolver was asked by us. */
const BY_MACHINE = 'this machine by its hosts, nsswitch, search domains and resolver (no DNS_SERVERS)';

interface TableRow {
  pattern: string;
  address: string;
  port: number | null;
}

// A name is asked again when its time to live is over, as any resolver does; an answer that turned bad is then refused like a first one.
const SHORTEST_MS = 0;
const LONGEST_MS = 60_000;

/** Turns a host name and port into the one address that may be connected to, or says why not. Every answer is checked. */
export class EgressResolver {
  readonly records: DnsRecord[] = [];
  private readonly table: TableRow[];
  private readonly dns: Resolver | null;
  private readonly logged = new Map<string, DnsRecord>();
  private readonly cache = new Map<string, { until: number; records: DnsRecord[] }>();

  constructor(
    private readonly settings: ResolverSettings,
    private readonly now: () => Date,
  ) {
    this.table = settings.hosts.map(tableRow);
    this.dns = settings.servers.length > 0 ? new Resolver({ timeout: 3_000, tries: 2 }) : null;
    this.dns?.setServers(settings.servers);
  }

  async resolve(host: string, port: number): Promise<Resolution> {
    const name = canonicalHost(host);
    if (name === null) return { refused: 'hostMalformed' };
    const row = this.table.find(({ pattern }) => matches(pattern, name));
    const connectPort = row?.port ?? port;
    const found = await this.answers(name, row);
    const candidates: string[] = [];
    for (const record of found) {
      record.refused = [];
      for (const address of record.answers) {
        const reason = this.refusalOf(address, connectPort, port, record.type === 'table' && row !== undefined);
        if (reason === null) candidates.push(address);
        else record.refused.push({ address, reason });
      }
    }
    // IPv4 first: the networks this runs in rarely have a complete IPv6 route, and one visitor must not knock twice.
    const chosen = candidates.find((address) => !address.includes(':')) ?? candidates[0] ?? null;
    for (const record of found) {
      record.chosen = chosen !== null && record.answers.includes(chosen) ? chosen : null;
      this.log(record);
    }
    if (chosen !== null) return { target: { address: chosen, port: connectPort } };
    const refused = found.flatMap((record) => record.refused)[0];
    return refused ? { refused: refused.reason } : { failed: 'nameNotResolved' };
  }

  /** An answer that is used again is not a new event; one that is refused again is. */
  private log(record: DnsRecord): void {
    const key = JSON.stringify([record.name, record.type, record.answers, record.chosen]);
    const again = this.logged.get(key) === record || (record.type !== 'A' && record.type !== 'AAAA' && this.logged.has(key));
    this.logged.set(key, record);
    if (again && record.refused.length === 0) return;
    this.records.push({ ...record, at: this.now().toISOString(), refused: [...record.refused] });
  }

  private refusalOf(address: string, connectPort: number, port: number, fromTable: boolean): string | null {
    // A configured answer is the operator's word, given for this one name, address and port.
    if (fromTable || isAllowedException(address, connectPort, this.settings.allowNet)) return null;
    const range = specialRangeOf(address);
    if (range !== null) return `address.${range}`;
    return this.settings.ports.includes(port) ? null : 'port';
  }

  private async answers(name: string, row: TableRow | undefined): Promise<DnsRecord[]> {
    const base = { at: '', name, chosen: null, refused: [], ttl: null };
    if (ipaddr.isValid(name)) return [{ ...base, type: 'literal', resolver: 'address', answers: [name] }];
    if (row) return [{ ...base, type: 'table', resolver: 'configuration', answers: [row.address] }];
    if (name === 'localhost' || name.endsWith('.localhost')) {
      return [{ ...base, type: 'table', resolver: 'RFC 6761', answers: ['127.0.0.1', '::1'] }];
    }
    const kept = this.cache.get(name);
    const now = performance.now();
    if (kept && kept.until > now) return kept.records;
    const records = await this.ask(name);
    const ttls = records.flatMap(({ ttl }) => (ttl === null ? [] : [ttl * 1_000]));
    const life = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ttls.length > 0 ? Math.min(...ttls) : 10_000));
    this.cache.set(name, { until: now + life, records });
    return records;
  }

  private async ask(name: string): Promise<DnsRecord[]> {
    const base = { at: '', name, chosen: null, refused: [] };
    if (!this.dns) {
      const found = await lookup(name, { all: true }).catch(() => []);
      return [{ ...base, type: 'system', resolver: BY_MACHINE, answers: found.map(({ address }) => address), ttl: null }];
    }
    const dns = this.dns;
    const resolver = this.settings.servers.join(' ');
    const [v4, v6] = await Promise.all([
      dns.resolve4(name, { ttl: true }).catch(() => []),
      dns.resolve6(name, { ttl: true }).catch(() => []),
    ]);
    const line = (type: 'A' | 'AAAA', found: { address: string; ttl: number }[]): DnsRecord => ({
      ...base,
      type,
      resolver,
      answers: found.map(({ address }) => address),
      ttl: found.length > 0 ? Math.min(...found.map(({ ttl }) => ttl)) : null,
    });
    return [line('A', v4), line('AAAA', v6)];
  }
}

/** The host as a URL parser writes it: number forms of IPv4 become dotted, IPv6 loses its brackets, names are lower-case ASCII. */
export function canonicalHost(host: string): string | null {
  const bare = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  try {
    const { hostname } = new URL(`http://${bare}/`);
    return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '') || null;
  } catch {
    return null;
  }
}

function tableRow(text: string): TableRow {
  const [pattern, target] = text.split('=');
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(target ?? '');
  const address = match?.[1] ?? match?.[2];
  if (!pattern || !address || !ipaddr.isValid(address)) throw new TypeError(`not of the form name=ip[:port]: ${text}`);
  return { pattern: pattern.toLowerCase(), address, port: match?.[3] ? Number(match[3]) : null };
}

function matches(pattern: string, name: string): boolean {
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}
