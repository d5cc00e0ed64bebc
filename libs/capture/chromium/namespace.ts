import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Server } from 'node:net';
import { machine } from '../capture.config';

/** A network namespace that has nothing but its own loopback, with our proxy's listening socket inside it. */
export interface BrowserNetwork {
  /** Path to give to `nsenter --net=`; valid until `release`. */
  path: string;
  listener: Server;
  /** The namespace lives on as long as a process is in it. */
  release(): void;
}

// The socket is made inside and handed out: the proxy itself stays outside, where the world is.
const INSIDE = `const s=require('node:net').createServer();
s.listen(0,'127.0.0.1',()=>process.send('ready',s));
process.on('disconnect',()=>process.exit(0));`;

/** Null, with the reason, where the machine does not permit it (not root, no `unshare`, a container without the right). */
export async function makeBrowserNetwork(): Promise<BrowserNetwork | { refused: string }> {
  if (process.getuid?.() !== 0) return { refused: 'not started as root' };
  if (!onPath('unshare') || !onPath('nsenter')) return { refused: 'no unshare or nsenter' };
  const up = onPath('ip') ? 'ip link set lo up' : onPath('ifconfig') ? 'ifconfig lo up' : null;
  if (!up) return { refused: 'neither ip nor ifconfig' };
  const child = spawn('unshare', ['-n', 'sh', '-c', `${up} && exec "$0" -e "$1"`, process.execPath, INSIDE], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: machine.path() },
  });
  const listener = await firstHandle(child);
  if (!listener || !child.pid) return { refused: 'the kernel refused a network namespace' };
  return { path: `/proc/${child.pid}/ns/net`, listener, release: () => child.connected && child.disconnect() };
}

function firstHandle(child: ChildProcess): Promise<Server | null> {
  return new Promise((done) => {
    child.once('message', (_message, handle) => done((handle as Server | undefined) ?? null));
    child.once('exit', () => done(null));
    child.once('error', () => done(null));
  });
}

export function onPath(name: string): boolean {
  return machine
    .path()
    .split(delimiter)
    .some((folder) => {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
