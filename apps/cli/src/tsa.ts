import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clockFor } from '../../../libs/platform';
import { type Authority, createAuthority } from '../../../libs/proof';
import { cliConfig } from './cli.config';

/** An arc of our own below the one for examples; an agency that runs this for real takes its own. */
const POLICY = '1.3.6.1.4.1.99999.1.1';
const YEARS = 10;
const REQUEST_LIMIT = 16 * 1024;

interface Kept {
  name: string;
  from: string;
  rootKey: string;
  key: string;
}

export interface InternalAuthority {
  name: string;
  policy: string;
  authority: Authority;
}

/**
 * The time stamp authority of a house without an outside link. Its tokens are real, but the trust bundle calls it internal, and
 * then it lifts no package above level 2. RSA keys, so that the certificates come out the same at every start.
 */
export function internalAuthority(keyDir: string, domain: string, now: Date): InternalAuthority {
  const folder = join(keyDir, 'tsa');
  const file = join(folder, 'authority.json');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made: Kept = { name: `${domain} internal TSA`, from: now.toISOString(), rootKey: newKey(), key: newKey() };
    writeFileSync(file, JSON.stringify(made), { mode: 0o600, flag: 'wx' });
  }
  const { name, from, rootKey, key } = JSON.parse(readFileSync(file, 'utf8')) as Kept;
  const begin = new Date(from);
  const to = new Date(Date.UTC(begin.getUTCFullYear() + YEARS, begin.getUTCMonth(), 1));
  const authority = createAuthority({
    name,
    policy: POLICY,
    from: begin,
    to,
    rootKey: createPrivateKey(rootKey),
    key: createPrivateKey(key),
  });
  return { name, policy: POLICY, authority };
}

function newKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

const HELP = `nms tsa --port <n>
  内部时间戳机构(RFC 3161),供没有外部链路的单位和演示使用;信任文件将其标为 internal。
  Internal time stamp authority (RFC 3161) for demonstrations and for houses without an outside link.
`;

/** Serves until it is ended. */
export async function tsaCommand(argv: string[]): Promise<number> {
  const { values } = parseArgs({ args: argv, options: { port: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help || !/^\d{1,5}$/.test(values.port ?? '')) {
    process.stdout.write(HELP);
    return values.help ? 0 : 3;
  }
  const { keyDir, agencyDomain, clockFile } = cliConfig.read();
  const clock = clockFor(clockFile);
  const { authority, name } = internalAuthority(keyDir, agencyDomain, clock.now());
  const server = createServer((request, reply) => {
    if (request.method !== 'POST')
      return void reply.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => ((size += chunk.length) > REQUEST_LIMIT ? request.destroy() : chunks.push(chunk)));
    request.on('end', () => {
      try {
        const answer = authority.respond(new Uint8Array(Buffer.concat(chunks)), clock.now(), new Uint8Array(randomBytes(8)));
        reply.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(Buffer.from(answer));
      } catch {
        reply.writeHead(400).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(Number(values.port), '127.0.0.1', resolve));
  console.log(`${name} on 127.0.0.1:${values.port}`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close(() => resolve()));
  });
  return 0;
}
