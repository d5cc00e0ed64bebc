import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAMS = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];
const READY_MS = 120_000;

/** Whether the programs of a real object store are on this machine (Debian: radosgw ceph-mon ceph-osd). */
export const objectGatewayPresent = (): boolean => PROGRAMS.every((name) => !spawnSync(name, ['--version']).error);

/**
 * A real S3 server for tests: one monitor, one storage daemon that keeps everything in memory, and Ceph's object gateway, all on
 * loopback and in a folder of its own. Nothing of it outlives `stop`.
 */
export class ObjectGateway {
  readonly accessKeyId = 'blobs';
  readonly secretAccessKey = randomUUID();
  private readonly folder = mkdtempSync(join(tmpdir(), 'nms-gateway-'));
  private readonly running: ChildProcess[] = [];

  private constructor(
    private readonly monitorPort: number,
    private readonly port: number,
  ) {}

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  static async start(): Promise<ObjectGateway> {
    const gateway = new ObjectGateway(await freePort(), await freePort());
    try {
      await gateway.up();
      return gateway;
    } catch (fault) {
      await gateway.stop();
      throw fault;
    }
  }

  async stop(): Promise<void> {
    for (const child of this.running.reverse()) {
      const ended = new Promise((done) =>
        child.exitCode === null && child.signalCode === null ? child.once('exit', done) : done(0),
      );
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async up(): Promise<void> {
    const cluster = randomUUID();
    const disk = randomUUID();
    for (const name of ['mon', 'osd', 'log', 'run']) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, 'ceph.conf'), this.configuration(cluster));
    const key = (name: string, ...caps: string[]) =>
      this.run(
        'ceph-authtool',
        '-C',
        'new.keyring',
        '--gen-key',
        '-n',
        name,
        ...caps.flatMap((cap) => ['--cap', ...cap.split('=')]),
      );
    let ring = '';
    for (const [name, ...caps] of [
      ['mon.', 'mon=allow *'],
      ['client.admin', 'mon=allow *', 'osd=allow *'],
      ['osd.0', 'mon=allow profile osd', 'osd=allow *'],
    ] as const) {
      key(name, ...caps);
      ring += readFileSync(join(this.folder, 'new.keyring'), 'utf8');
    }
    writeFileSync(join(this.folder, 'keyring'), ring, { mode: 0o600 });
    this.run('monmaptool', '--create', '--fsid', cluster, '--addv', 'a', `v2:127.0.0.1:${this.monitorPort}`, 'monmap');
    this.run('ceph-mon', '-c', 'ceph.conf', '-i', 'a', '--mkfs', '--monmap', 'monmap', '--keyring', 'keyring');
    this.serve('ceph-mon', '-i', 'a');
    await this.untilTrue(() => this.tries('ceph', '-c', 'ceph.conf', '--connect-timeout', '5', '-s'));
    this.run('ceph', '-c', 'ceph.conf', 'auth', 'import', '-i', 'keyring');
    this.run('ceph', '-c', 'ceph.conf', 'osd', 'new', disk, '0');
    this.run('ceph-osd', '-c', 'ceph.conf', '-i', '0', '--mkfs', '--osd-uuid', disk);
    this.run('ceph', '-c', 'ceph.conf', 'osd', 'crush', 'add', 'osd.0', '1', 'root=default');
    this.serve('ceph-osd', '-i', '0');
    const { accessKeyId, secretAccessKey } = this;
    this.run(
      ...(['radosgw-admin', '-c', 'ceph.conf', 'user', 'create', '--uid=blobs', '--display-name=blobs'] as const),
      `--access-key=${accessKeyId}`,
      `--secret=${secretAccessKey}`,
    );
    this.serve('radosgw', '-n', 'client.admin');
    await this.untilTrue(() =>
      fetch(this.endpoint).then(
        (answer) => answer.ok,
        () => false,
      ),
    );
  }

  private configuration(cluster: string): string {
    const { folder } = this;
    return `[global]
fsid = ${cluster}
keyring = ${folder}/keyring
mon initial members = a
mon host = v2:127.0.0.1:${this.monitorPort}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
osd crush chooseleaf type = 0
mon data avail crit = 1
run dir = ${folder}/run
log file = ${folder}/log/$name.log
admin socket = ${folder}/run/$name.$pid.asok
pid file = ${folder}/run/$name.pid
[mon.a]
mon data = ${folder}/mon
[osd.0]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
[client.admin]
rgw frontends = beast endpoint=127.0.0.1:${this.port}
rgw enable usage log = false
rgw run sync thread = false
rgw thread pool size = 16
`;
  }

  private run(program: string, ...argv: string[]): string {
    return execFileSync(program, argv, {
      cwd: this.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: READY_MS,
    });
  }

  private tries(program: string, ...argv: string[]): Promise<boolean> {
    return Promise.resolve(spawnSync(program, argv, { cwd: this.folder, timeout: READY_MS }).status === 0);
  }

  private serve(program: string, ...argv: string[]): void {
    this.running.push(spawn(program, ['-c', 'ceph.conf', ...argv, '-f'], { cwd: this.folder, stdio: 'ignore' }));
  }

  private async untilTrue(asked: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + READY_MS; Date.now() < end; await new Promise((next) => setTimeout(next, 200)))
      if (await asked()) return;
    throw new Error(`the object gateway did not come up; see ${this.folder}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
