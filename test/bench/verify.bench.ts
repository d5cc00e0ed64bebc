import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { badgeWorld } from '../../libs/badge/testing/world';
import { SystemClock } from '../../libs/kernel';
import { testDatabase } from '../../libs/platform/testing';

/**
 * Requests per second of the public verification JSON, from the portal's cache, over a bare Node HTTP server that answers the
 * same bytes from memory. Each server is one process; the two are measured in turn in one run, so that the machine's other
 * work weighs on both.
 */
const SOCKETS = 32;
/** Requests that a socket keeps under way: the client must not be what is measured. */
const DEPTH = 8;
const ROUND_MS = Number(process.env.BENCH_ROUND_MS ?? 3_000);
const ROUNDS = 4;
const ROOT = process.cwd();

const BARE = `
  const body = Buffer.from(process.env.BODY, 'base64');
  require('node:http').createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
    response.end(body);
  }).listen(Number(process.env.PORT), '127.0.0.1');`;

async function main(): Promise<void> {
  const provision = join(ROOT, 'scripts/provision');
  const { startPostgres } = (await import(join(provision, 'postgres.mjs'))) as {
    startPostgres(work: string, options: object): Promise<{ url: string }>;
  };
  const { freePort } = (await import(join(provision, 'ports.mjs'))) as { freePort(wanted: number): Promise<number> };
  process.env.NMS_TEST_PG ??= (await startPostgres(join(ROOT, '.data/test'), { throwAway: true })).url;
  const base = await testDatabase();
  const started: ChildProcess[] = [];
  try {
    const { code } = await (await badgeWorld(base, new SystemClock())).badge();
    const [portalPort, barePort] = [await freePort(0), await freePort(0)];
    const { url } = await base.as('nms_portal');
    started.push(
      server([join(ROOT, 'dist/apps/portal/src/main.js')], {
        DATABASE_URL: url,
        PORTAL_PORT: String(portalPort),
        PUBLIC_ORIGIN: `http://127.0.0.1:${portalPort}`,
        LOG_LEVEL: 'silent',
      }),
    );
    const path = `/public/v1/badges/${code}`;
    const body = Buffer.from(await (await untilUp(`http://127.0.0.1:${portalPort}${path}`)).arrayBuffer());
    started.push(server(['-e', BARE], { PORT: String(barePort), BODY: body.toString('base64') }));
    await untilUp(`http://127.0.0.1:${barePort}${path}`);
    await compare(portalPort, barePort, path);
  } finally {
    for (const child of started) child.kill('SIGKILL');
    await base.close();
  }
}

async function compare(ours: number, peer: number, path: string): Promise<void> {
  await rate(ours, path, 1_500);
  await rate(peer, path, 1_500);
  const rates: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.peer.push(await rate(peer, path, ROUND_MS));
    rates.ours.push(await rate(ours, path, ROUND_MS));
  }
  const [a, b] = [median(rates.ours), median(rates.peer)];
  const figure = {
    bench: 'verify',
    metric: 'public verification JSON from cache, requests per second',
    ours: Math.round(a),
    peer: Math.round(b),
    ratio: Number((a / b).toFixed(2)),
    n: ROUNDS,
  };
  console.log(JSON.stringify(figure));
}

/** Answers of one length, counted by bytes: cheap enough that the server is the bottleneck. */
async function rate(port: number, path: string, ms: number): Promise<number> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const length = await lengthOf(port, request);
  let bytes = 0;
  const sockets = Array.from({ length: SOCKETS }, () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let waiting = 0;
    socket.on('connect', () => socket.write(Buffer.concat(Array.from({ length: DEPTH }, () => request))));
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      waiting += chunk.length;
      const answered = Math.floor(waiting / length);
      waiting -= answered * length;
      if (answered) socket.write(answered === 1 ? request : Buffer.concat(Array.from({ length: answered }, () => request)));
    });
    socket.on('error', () => undefined);
    return socket;
  });
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const took = performance.now() - start;
  for (const socket of sockets) socket.destroy();
  return (bytes / length / took) * 1000;
}

/** Head and body of one answer. Refuses anything but 200, so that a fast refusal is never taken for a fast answer. */
function lengthOf(port: number, request: Buffer): Promise<number> {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(request));
    let text = Buffer.alloc(0);
    socket.on('error', fail);
    socket.on('data', (chunk: Buffer) => {
      text = Buffer.concat([text, chunk]);
      const head = text.indexOf('\r\n\r\n');
      const size = /content-length: (\d+)/i.exec(text.subarray(0, Math.max(head, 0)).toString())?.[1];
      if (head < 0 || !size) return;
      if (!text.toString('latin1', 0, 12).endsWith('200')) fail(new Error(`answered ${text.toString('latin1', 0, 12)}`));
      if (text.length >= head + 4 + Number(size)) {
        socket.destroy();
        done(head + 4 + Number(size));
      }
    });
  });
}

function server(args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, args, {
    env: { ...process.env, ...env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function untilUp(url: string): Promise<Response> {
  for (let tries = 0; tries < 300; tries += 1) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return response;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} did not answer`);
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

main().catch((fault: unknown) => {
  console.error(fault);
  process.exit(1);
});
