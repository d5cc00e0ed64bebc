import { Resolver } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import { canonicalHost } from '../egress/resolver';
import { finding, na, type Finding } from './finding';

const EXPECTED = 'answers of two resolvers the same';

/**
 * E07. Each of the first two configured resolvers is asked by itself for the addresses of the ordered name. `different` is no proof of a
 * lie: large sites answer by place. `unknown` when one of them does not answer. Asks resolvers only, never the site.
 */
export async function compareResolvers(host: string, servers: readonly string[], table: readonly string[]): Promise<Finding> {
  const name = canonicalHost(host);
  if (name === null || ipaddr.isValid(name)) return na(EXPECTED, 'the address is no name; nothing to resolve');
  if (isInTable(name, table)) return na(EXPECTED, 'the name is answered by configuration');
  if (servers.length === 0)
    return finding('warn', EXPECTED, 'no DNS_SERVERS: this machine answered by its own files and resolver, and nobody saw how');
  if (servers.length < 2) return na(EXPECTED, `${servers.length} resolvers configured, two are needed`);
  const pair = servers.slice(0, 2);
  const answers = await Promise.all(pair.map((server) => ask(server, name)));
  const told = pair.map((server, at) => `${server}: ${answers[at]?.join(' ') ?? 'no answer'}`).join('; ');
  if (answers.some((list) => list === null)) return finding('warn', EXPECTED, `unknown; ${told}`);
  const same = answers[0]?.join(' ') === answers[1]?.join(' ');
  return finding(same ? 'pass' : 'warn', EXPECTED, `${same ? 'same' : 'different'}; ${told}`);
}

/** Whether the machine's own files and resolver decide where the site is: a name, no resolver of ours, and no answer by configuration. */
export function isByMachine(host: string, servers: readonly string[], table: readonly string[]): boolean {
  const name = canonicalHost(host);
  return name !== null && !ipaddr.isValid(name) && servers.length === 0 && !isInTable(name, table);
}

const isInTable = (name: string, table: readonly string[]): boolean =>
  table.some((row) => row.split('=')[0]?.toLowerCase() === name);

/** Addresses in order, or null when the resolver could not be heard. A name that does not exist is an answer: none. */
async function ask(server: string, name: string): Promise<string[] | null> {
  const dns = new Resolver({ timeout: 2_000, tries: 2 });
  try {
    dns.setServers([server]);
    const lists = await Promise.all(
      [dns.resolve4(name), dns.resolve6(name)].map((found) =>
        found.catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENODATA' || error.code === 'ENOTFOUND') return [] as string[];
          throw error;
        }),
      ),
    );
    return lists.flat().sort();
  } catch {
    return null;
  }
}
