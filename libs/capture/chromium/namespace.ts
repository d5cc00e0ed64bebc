import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { machine } from '../capture.config';

/** A network namespace that has nothing but its own loopback, with our proxy's listening socket inside it. */
export interface BrowserNetwork {
  /** Path to give to `nsenter --net=`; valid until `release`. */
  path: string;
  listener: Server;
  /** What came of calling listeners of ours outside from inside. */
  direct: DirectTry;
  /** The namespace lives on as long as a process is in it. */
  release(): void;
}

/** Direct connections that were tried from inside of a namespace to listeners of ours outside of it. */
export interface DirectTry {
  /** As `/proc/<pid>/ns/net` of who called names it. */
  space: string;
  /** `reached`, or why not. `outside`: the same call from here, which shows that the listener was there. */
  calls: { target: string; inside: string; outside: string }[];
}

const CALL_MS = 1_000;

const CALL = `const call=(target)=>new Promise((done)=>{const [host,port]=target.split(' ');
const c=require('node:net').connect({host,port:Number(port)});
const t=setTimeout(()=>end('no answer'),${CALL_MS});const end=(r)=>{clearTimeout(t);c.destroy();done(r)};
c.once('connect',()=>end('reached'));c.once('error',(e)=>end(e.code||'error'))});`;

// The socket is made inside and handed out: the proxy itself stays outside, where the world is. Before that whoever made it tries to get out.
// It lives as long as its standard input. The channel for messages would not do: Node now and then tells nothing of its end to a process that
// has just handed a socket over, and whoever was to be told may have been killed at that moment.
const INSIDE = `${CALL}
(async()=>{const calls=await Promise.all(process.argv.slice(1).map(call));
const s=require('node:net').createServer();
s.listen(0,'127.0.0.1',()=>process.send({space:require('node:fs').readlinkSync('/proc/self/ns/net'),calls},s));})();
process.stdin.on('close',()=>process.exit(0)).resume();`;

/** Null, with the reason, where the machine does not permit it (not root, no `unshare`, a container without the right). */
export async function makeBrowserNetwork(): Promise<BrowserNetwork | { refused: string }> {
  if (process.getuid?.() !== 0) return { refused: 'not started as root' };
  if (!onPath('unshare') || !onPath('nsenter')) return { refused: 'no unshare or nsenter' };
  const up = onPath('ip') ? 'ip link set lo up' : onPath('ifconfig') ? 'ifconfig lo up' : null;
  if (!up) return { refused: 'neither ip nor ifconfig' };
  const doors = await openDoors();
  try {
    const inside = [
      '-n',
      'sh',
      '-c',
      `${up} && exec "$0" -e "$@"`,
      process.execPath,
      INSIDE,
      ...doors.map(({ target }) => target),
    ];
    const child = spawn('unshare', inside, { stdio: ['pipe', 'ignore', 'ignore', 'ipc'], env: { PATH: machine.path() } });
    const [first, outside] = await Promise.all([
      firstHandle(child),
      Promise.all(doors.map(({ target }) => callFromHere(target))),
    ]);
    if (!first || !child.pid) return { refused: 'the kernel refused a network namespace' };
    const { space, calls } = first.said;
    // A listener that heard a call from inside was reached, whatever the caller says.
    const told = doors.map(({ target, heard }, n) => ({
      target: target.replace(' ', ':'),
      inside: heard() > (outside[n] === 'reached' ? 1 : 0) ? 'reached' : (calls[n] ?? 'not called'),
      outside: outside[n]!,
    }));
    const direct = { space, calls: told.filter((call) => call.outside === 'reached') };
    return {
      path: `/proc/${child.pid}/ns/net`,
      listener: first.listener,
      direct,
      release: () => void child.stdin?.destroy(),
    };
  } finally {
    for (const { server } of doors) server.close();
  }
}

interface Door {
  server: Server;
  /** Address and port, with a space between. */
  target: string;
  /** How many have connected. */
  heard(): number;
}

/** Listeners at this machine's loopback and at its first address in a network; each hangs up at once. */
async function openDoors(): Promise<Door[]> {
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  const doors = await Promise.all(['127.0.0.1', ...(own ? [own] : [])].map(openDoor));
  return doors.filter((door) => door !== null);
}

function openDoor(host: string): Promise<Door | null> {
  return new Promise((done) => {
    let heard = 0;
    const server = createServer((socket) => {
      heard += 1;
      socket.on('error', () => undefined);
      socket.end();
    });
    server.once('error', () => done(null));
    server.listen(0, host, () =>
      done({ server, target: `${host} ${(server.address() as AddressInfo).port}`, heard: () => heard }),
    );
  });
}

function callFromHere(target: string): Promise<string> {
  const [host, port] = target.split(' ');
  return new Promise((done) => {
    const socket = connect({ host, port: Number(port), timeout: CALL_MS });
    const end = (result: string) => {
      socket.destroy();
      done(result);
    };
    socket.once('connect', () => end('reached'));
    socket.once('timeout', () => end('no answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'error'));
  });
}

function firstHandle(child: ChildProcess): Promise<{ listener: Server; said: { space: string; calls: string[] } } | null> {
  return new Promise((done) => {
    child.once('message', (said, handle) => done(handle ? { listener: handle as Server, said: said as never } : null));
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
