import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { FixtureSite, html } from '../../libs/capture/testing';
import { EVIDENCE_ROWS, PackageRow } from '../../libs/evidence';
import { aRequest, evidenceRoom, furnish, MAKERS } from '../../libs/evidence/testing';
import { FixedClock, SystemClock } from '../../libs/kernel';
import { OFFICER_ROWS } from '../../libs/officers';
import { type Db, systemClaims, withClaims } from '../../libs/platform';
import { someClaims, type TestDatabase, testDatabase } from '../../libs/platform/testing';
import { writeKeyFile } from '../../libs/proof';
import { testKeys } from '../../libs/proof/testing';

const ROOT = join(__dirname, '../..');
const PROCESS = join(ROOT, 'dist/apps/capture/src/main.js');
const WAIT_MS = 120_000;

let database: TestDatabase;
let db: Db;
let root: string;
let site: FixtureSite;
let room: ReturnType<typeof evidenceRoom>;
let port: number;
const clock = new SystemClock();
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });
const run = <T>(act: () => Promise<T>) => withClaims(worker, act);

async function freePort(): Promise<number> {
  const server = createTcp();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port: found } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return found;
}

async function until(what: string, fits: () => boolean | Promise<boolean>, stands = () => ''): Promise<void> {
  for (const end = Date.now() + WAIT_MS; !(await fits()); await pause(20))
    if (Date.now() > end) throw new TypeError(`${what}: not within ${WAIT_MS} ms${stands()}`);
}

/** The real capture process, from start to its end, however it ends. */
class CaptureProcess {
  private said = '';
  private readonly child: ChildProcess;
  readonly ended: Promise<string>;

  constructor(stagingDir: string) {
    this.child = spawn(process.execPath, [PROCESS], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TMPDIR: join(root, 't'),
        CAPTURE_PORT: String(port),
        CAPTURE_TOKEN: 'x',
        STAGING_DIR: stagingDir,
        KEY_DIR: join(root, 'keys'),
        WORKER_KEY_FILE: join(root, 'keys', 'worker-1.key'),
        AGENCY_DOMAIN: 'aj.test',
        EGRESS_ALLOW_NET: `127.0.0.1/32:${site.port}`,
        CAPTURE_TOTAL_BYTES: '200000',
      },
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream!.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    this.ended = new Promise((done) => this.child.once('exit', (code, signal) => done(`${signal ?? code}\n${this.said}`)));
  }

  async listening(): Promise<this> {
    await until('the capture process listens', () => {
      if (this.child.exitCode !== null) throw new TypeError(`the capture process ended: ${this.said}`);
      return this.said.includes('capture.listening');
    });
    return this;
  }

  /** Everything it started, by number and time of birth, which together are never used again. */
  descendants(): ReadonlySet<string> {
    const all = processes();
    const group = new Set([this.child.pid]);
    for (let size = -1; size !== group.size;) {
      size = group.size;
      for (const { pid, parent } of all) if (group.has(parent)) group.add(pid);
    }
    return new Set(all.filter(({ pid }) => pid !== this.child.pid && group.has(pid)).map(({ key }) => key));
  }

  lives(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

function processes(): { pid: number; parent: number; key: string; told: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const told = `${fields[0]} ${readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').slice(0, 300)}`;
        return fields[0] === 'Z' ? [] : [{ pid: Number(name), parent: Number(fields[1]), key: `${name} ${fields[19]}`, told }];
      } catch {
        return [];
      }
    });
}

beforeAll(async () => {
  // Short: the browser puts a socket deep below it, and a socket's path has at most 107 characters.
  root = mkdtempSync(join(tmpdir(), 'ck-'));
  for (const name of ['t', 'keys']) mkdirSync(join(root, name), { mode: 0o755 });
  // The job's own account has to reach its profile.
  spawnSync('chmod', ['755', root]);
  writeKeyFile(join(root, 'keys', 'worker-1.key'), testKeys.worker);
  site = await new FixtureSite({
    '/': html(
      `<title>店</title><h1>店铺</h1>${'<p>本店商品一律正品。</p>'.repeat(120)}<img src="/x.png" width="300" height="200">`,
    ),
  }).start();
  port = await freePort();
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await furnish(database.admin, root);
  room = evidenceRoom({ db, clock, root, captureUrl: `http://127.0.0.1:${port}` });
}, WAIT_MS);

afterAll(async () => {
  await site?.stop();
  await database?.close();
  rmSync(root, { recursive: true, force: true });
});

async function requested(): Promise<string> {
  const { id } = await db.as(officer, (tx) => room.evidence.requestCapture(tx, { ...aRequest, url: site.url('/') }));
  return id;
}

const stepsOf = (id: string) =>
  database.admin.query<{ step: string; detail: string }[]>('SELECT step, detail FROM evidence_step WHERE package_id = $1', [id]);

async function entriesOf(id: string): Promise<Record<string, number>> {
  const custody = await db.as(worker, (tx) => room.evidence.custodyOf(tx, id));
  return Object.fromEntries([...Map.groupBy(custody, ({ type }) => type)].map(([type, all]) => [type, all.length]));
}

const rowOf = (id: string) => db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }));
const inStaging = (id: string, path: string) => existsSync(join(root, 'staging', id, path));
const step = (name: string, detail = '') => ({
  name: `step ${name} ${detail}`.trim(),
  reached: async (id: string) => (await stepsOf(id)).some((line) => line.step === name && line.detail.startsWith(detail)),
});
const file = (path: string) => ({
  name: `${path} is being written`,
  reached: (id: string) => Promise.resolve(inStaging(id, path)),
});

/** Every step of a capture that can be seen from outside, in order. The kill falls after it has been seen, so in it or in what follows. */
const PLACES = [
  step('launch'),
  step('env.before'),
  step('goto'),
  step('dom'),
  step('screen 0'),
  step('scroll 1'),
  step('idle'),
  step('snapshot', 'dom'),
  step('screen 1'),
  step('snapshot', 'pdf'),
  step('page'),
  step('env.after'),
  step('close'),
  file('content/capture.wacz'),
  file('MANIFEST.json'),
];

describe('F01 the capture process killed with SIGKILL', () => {
  let alive: CaptureProcess;
  beforeAll(async () => (alive = await new CaptureProcess(join(root, 'staging')).listening()), WAIT_MS);
  afterAll(async () => {
    alive?.kill('SIGTERM');
    await alive?.ended;
  });

  // One that failed half-way leaves nobody alive for the next.
  beforeEach(async () => {
    if (!alive.lives()) alive = await new CaptureProcess(join(root, 'staging')).listening();
  }, WAIT_MS);

  it.each(PLACES)(
    'at $name: after the restart one whole package, nothing of the dead one left',
    async ({ reached }) => {
      const first = alive;
      const id = await requested();
      const failed = run(() => room.runner.run(id)).then(
        () => 'fixed',
        (error: unknown) => String(error),
      );
      let over = false;
      void failed.then(() => (over = true));
      await until('the place is reached', async () => over || (await reached(id)));
      if (over) expect(await rowOf(id)).toMatchObject({ state: 'fixed' });
      const started = first.descendants();
      first.kill('SIGKILL');
      expect((await first.ended).split('\n')[0]).toBe('SIGKILL');
      const became = await failed;
      // A capture may be over before the blow: then it was handed over whole, and is fixed.
      if (became === 'fixed') expect(await rowOf(id)).toMatchObject({ state: 'fixed' });
      else {
        expect(await rowOf(id)).toMatchObject({ state: 'requested', leaseUntil: null });
        // The try that failed stays on record beside the one that will not.
        expect(await entriesOf(id)).toEqual({ 'job.requested': 1, 'job.started': 1, 'job.failed': 1 });
        expect(inStaging(id, '.')).toBe(false);
      }
      expect((await run(() => room.fsck.run())).faults).toEqual([]);

      alive = await new CaptureProcess(join(root, 'staging')).listening();
      const left = () => processes().filter(({ key }) => started.has(key));
      await until(
        'browsers of the dead process are gone',
        () => left().length === 0,
        () => left().map(({ told }) => `\n${told}`).join(''), // prettier-ignore
      );
      await run(() => room.runner.run(id));
      expect(await rowOf(id)).toMatchObject({ state: 'fixed', leaseUntil: null });
      expect(await entriesOf(id)).toMatchObject({ 'job.requested': 1, 'evidence.fixed': 1 });
      expect((await run(() => room.fsck.run())).faults).toEqual([]);
      expect(readdirSync(join(root, 'staging'))).toEqual([]);
      const later = new FixedClock(new Date(clock.now().getTime() + 2 * 86_400_000));
      const { orphanBlobs } = await run(() => evidenceRoom({ db, clock: later, root }).reconciler.run());
      expect(orphanBlobs).toEqual([]);
      // Profiles of the dead process: the one that lives has its own, which say whose they are.
      expect(readdirSync(join(root, 't')).filter((name) => ownerIsDead(name))).toEqual([]);
    },
    2 * WAIT_MS,
  );
});

function ownerIsDead(name: string): boolean {
  const owner = Number(/^nms-(?:capture|self-test)-(\d+)-/.exec(name)?.[1] ?? 0);
  return owner > 0 && !existsSync(`/proc/${owner}`);
}

describe('F02 a full disk in the middle of a capture', () => {
  const FREE_FOR_E12 = 2 * 200_000;
  let small: string;
  let mounted = false;
  beforeAll(() => {
    small = mkdtempSync(join(tmpdir(), 'nms-small-'));
    // Enough for the check before the capture, too little for its pictures.
    mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${FREE_FOR_E12 + 40_000}`, 'tmpfs', small]).status === 0;
    if (!mounted) console.warn('F02: skipped, mounting a small tmpfs is not permitted here');
  });
  afterAll(() => {
    if (mounted) spawnSync('umount', [small]);
    rmSync(small, { recursive: true, force: true });
  });

  const used = () => Number(spawnSync('df', ['--output=used', '-B1', small], { encoding: 'utf8' }).stdout.trim().split('\n')[1]);

  it(
    'the job fails with the reason, the space is back, the ledger still takes entries, and the process lives on',
    async () => {
      if (!mounted) return;
      const onSmall = evidenceRoom({ db, clock, root, captureUrl: `http://127.0.0.1:${port}`, stagingDir: small });
      const capture = await new CaptureProcess(small).listening();
      try {
        const before = used();
        const id = await requested();
        await run(() => onSmall.runner.run(id));
        expect(await rowOf(id)).toMatchObject({ state: 'failed', reason: 'diskFull', manifestSha256: null });
        // One try: what the disk had no room for it will have none for a moment later.
        expect(await entriesOf(id)).toEqual({ 'job.requested': 1, 'job.started': 1, 'job.failed': 1 });
        expect((await stepsOf(id)).map(({ step: name }) => name)).toContain('goto');
        expect(readdirSync(small)).toEqual([]);
        expect(used()).toBe(before);
        expect((await run(() => onSmall.fsck.run())).faults).toEqual([]);
        // The same process takes the next order; with room again it succeeds.
        spawnSync('mount', ['-o', 'remount,size=64m', small]);
        const next = await requested();
        await run(() => onSmall.runner.run(next));
        expect(await rowOf(next)).toMatchObject({ state: 'fixed' });
        expect(readdirSync(small)).toEqual([]);
      } finally {
        capture.kill('SIGTERM');
        await capture.ended;
      }
    },
    2 * WAIT_MS,
  );
});
