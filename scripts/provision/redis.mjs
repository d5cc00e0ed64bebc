import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hidden, onPath } from './find.mjs';
import { folder } from './paths.mjs';
import { freePort } from './ports.mjs';
import { Cannot } from './say.mjs';
import { stopPid } from './servers.mjs';

/** Answers the fault, or null when a Redis (or one that wants a password) answers at this address. */
export const pingRedis = (url) =>
  new Promise((done) => {
    const { hostname, port } = new URL(url);
    const socket = createConnection({ host: hostname, port: Number(port || 6379) }, () => socket.write('PING\r\n'));
    const end = (fault) => {
      socket.destroy();
      done(fault);
    };
    socket.setTimeout(3000, () => end(new Error('no answer in 3 s')));
    socket.on('error', end);
    socket.on('data', (answer) =>
      end(
        /^(\+PONG|-NOAUTH)/.test(String(answer))
          ? null
          : new Error(`unexpected answer ${JSON.stringify(String(answer).slice(0, 60))}`),
      ),
    );
  });

export const redisProgram = () => (hidden('redis') ? null : onPath('redis-server', 'valkey-server'));

/**
 * Spawns Redis on a free port with an append-only file, or answers null when the machine has none.
 * The shell in between waits on a pipe from us, so that Redis goes when its supervisor is killed without a word.
 */
export async function startRedis(data, { persistent = true } = {}) {
  const program = redisProgram();
  if (!program) return null;
  const port = await freePort();
  const dir = folder(data, 'redis');
  const settings = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    dir,
    '--maxmemory-policy',
    'noeviction',
    '--save',
    '',
    '--appendonly',
    persistent ? 'yes' : 'no',
  ];
  const logFile = join(data, 'redis.log');
  const log = openSync(logFile, 'a');
  const guard =
    'exec 3<&0; "$@" </dev/null & server=$!; (read -r line <&3; kill -TERM $server) 2>/dev/null & watcher=$!; trap "kill -TERM $server" TERM INT; wait $server; wait $server; kill $watcher 2>/dev/null';
  const child = spawn('/bin/sh', ['-c', guard, 'sh', program, ...settings], { stdio: ['pipe', log, log], detached: true });
  let ended = false;
  child.on('exit', () => (ended = true)).on('error', () => (ended = true));
  child.stdin.on('error', () => undefined);
  child.unref();
  child.stdin.unref?.();
  const url = `redis://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const fault = await pingRedis(url);
    if (!fault) return { url, program, child, stop: () => stopPid(child.pid, 'SIGTERM') };
    if (ended || tries > 200) throw new Cannot(`Redis (${program}) did not start: ${fault.message}.`, `tail -n 20 ${logFile}`);
    await pause(50);
  }
}
