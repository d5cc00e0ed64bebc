import { fork, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { join } from 'node:path';
import { median, tell } from './figure';
import { dataFolder, start } from './product';

const ROOT = join(__dirname, '../../..');
const CONNECTIONS = 32;
const SECONDS = 4;
const ROUNDS = 3;

/** Requests that `url` answered with 200 within the time, from another process and, where the machine can, from another core. */
function load(url: string): Promise<number> {
  return new Promise((done, fail) => {
    const child = fork(__filename, ['load', url], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    pin(child.pid!, 1);
    child.once('message', (count) => done(count as number));
    child.once('exit', (code) => code && fail(new Error(`load ended with ${code}`)));
  });
}

function pin(pid: number, core: number): boolean {
  return spawnSync('taskset', ['-apc', String(core), String(pid)], { stdio: 'ignore' }).status === 0;
}

function runLoad(url: string): void {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const end = performance.now() + SECONDS * 1000;
  let count = 0;
  let open = CONNECTIONS;
  const next = (): void => {
    if (performance.now() > end) {
      if (--open === 0) process.send!(count / SECONDS, undefined, undefined, () => process.exit(0));
      return;
    }
    request(url, { agent }, (answer) => {
      if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
      answer.resume().on('end', () => {
        count++;
        next();
      });
    }).end();
  };
  for (let i = 0; i < CONNECTIONS; i++) next();
}

/** The peer: a bare server that answers the same bytes with the same headers from memory. */
function runPeer(file: string): void {
  const { headers, body } = JSON.parse(readFileSync(file, 'utf8')) as { headers: Record<string, string>; body: string };
  const bytes = Buffer.from(body);
  const server = createServer((_request, response) => response.writeHead(200, headers).end(bytes));
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as { port: number }).port));
}

/** A merchant with a badge, made through the API as the demonstration does. */
async function aBadge(data: string, addresses: object): Promise<string> {
  const { theWay } = (await import(join(ROOT, 'scripts/demo/way.mjs'))) as {
    theWay(system: object): { steps: [string, () => Promise<string>][]; state: { badgeCode: string } };
  };
  const { accounts } = JSON.parse(readFileSync(join(data, 'demo-accounts.json'), 'utf8')) as { accounts: object[] };
  const { steps, state } = theWay({ ...addresses, accounts });
  for (const [, step] of steps.slice(0, 4)) await step();
  return state.badgeCode;
}

async function main(): Promise<void> {
  const { data, remove } = dataFolder();
  const { system, stop } = await start(data);
  try {
    const url = `${system.addresses.portal}/b/${await aBadge(data, system.addresses)}.json`;
    const sample = await fetch(url);
    const body = await sample.text();
    const headers = Object.fromEntries(
      [...sample.headers].filter(([name]) => !['connection', 'keep-alive', 'date', 'transfer-encoding'].includes(name)),
    );
    const file = join(data, 'answer.json');
    writeFileSync(file, JSON.stringify({ headers, body }));
    const peer = fork(__filename, ['peer', file]);
    const port = await new Promise<number>((done) => peer.once('message', (told) => done(told as number)));
    pin(peer.pid!, 0);
    pin(system.processes['portal']!, 0);
    await load(url);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await load(url));
      theirs.push(await load(`http://127.0.0.1:${port}/`));
    }
    peer.kill();
    tell('verify', 'requests per second from cache, bare server beside it', median(ours), median(theirs), ROUNDS);
  } finally {
    await stop();
    remove();
  }
}

const [, , role, argument] = process.argv;
if (role === 'load') runLoad(argument!);
else if (role === 'peer') runPeer(argument!);
else
  main().catch((fault: unknown) => {
    console.error(fault);
    process.exit(1);
  });
