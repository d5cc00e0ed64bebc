import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Redis from 'ioredis';
import { Client } from 'pg';

const ROOT = join(__dirname, '../..');

interface Told {
  ready: boolean;
  addresses: { console: string; portal: string; internet: string };
  processes: Record<string, number | null>;
  databaseUrl: string;
  redisUrl: string | null;
}

export interface Account {
  account: string;
  password: string;
  totpSecret: string;
  name: string;
  roles: string[];
}

/**
 * The whole product as `npm start` runs it: own ports, own data folder, a database of its own on the test server. Every
 * process is a real one, so that tests can kill it.
 */
export class System {
  private constructor(
    readonly data: string,
    private readonly database: string,
    private readonly supervisor: ChildProcess,
    private output: () => string,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<System> {
    const server = process.env.NMS_TEST_PG;
    if (!server) throw new Error('NMS_TEST_PG is not set: run tests through jest, whose global setup starts PostgreSQL');
    const data = mkdtempSync(join(tmpdir(), 'nms-e2e-'));
    chmodSync(data, 0o755);
    const database = `e2e_${randomBytes(5).toString('hex')}`;
    const url = new URL(server);
    url.pathname = `/${database}`;
    const { REDIS_URL, ...inherited } = process.env;
    const env = {
      ...inherited,
      NMS_DATA: data,
      NMS_PORTS: 'free',
      DATABASE_URL: url.href,
      NMS_ROLE_PASSWORD: process.env.NMS_TEST_ROLE_PASSWORD ?? 'test',
      // A Redis of its own, which a test may empty; the shared one has other users. None stays none.
      ...(REDIS_URL === '' && { NMS_HIDE: 'redis' }),
      QUEUE_PREFIX: database,
      NODE_ENV: 'production',
      ...environment,
    };
    const supervisor = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs')], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [supervisor.stdout!, supervisor.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const system = new System(data, database, supervisor, () => output);
    await system.until('the system to be ready', () => system.told()?.ready === true, 120_000);
    return system;
  }

  /** What `<data>/run/system.json` says now; process ids change when a process is started again. */
  told(): Told | null {
    const file = join(this.data, 'run/system.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Told) : null;
  }

  get addresses(): Told['addresses'] {
    return this.told()!.addresses;
  }

  accounts(): Account[] {
    return (JSON.parse(readFileSync(join(this.data, 'demo-accounts.json'), 'utf8')) as { accounts: Account[] }).accounts;
  }

  /** What the supervisor told the terminal so far. */
  said(): string {
    return this.output();
  }

  /** Ends one process without a word and waits until the supervisor has another one in its place. */
  async kill(name: string): Promise<void> {
    const before = this.told()!.processes[name]!;
    process.kill(before, 'SIGKILL');
    await this.until(`${name} to be started again`, () => (this.told()!.processes[name] ?? before) !== before, 15_000);
  }

  /** Throws away every job that waits; the rows are the truth. Answers false where the queue is in PostgreSQL. */
  async emptyRedis(): Promise<boolean> {
    const url = this.told()!.redisUrl;
    if (!url) return false;
    const redis = new Redis(url, { maxRetriesPerRequest: 2 });
    await redis.flushall();
    await redis.quit();
    return true;
  }

  async query<T>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: this.told()!.databaseUrl });
    await client.connect();
    try {
      return (await client.query(sql, values)).rows as T[];
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.supervisor.once('exit', done));
    if (this.supervisor.exitCode === null && this.supervisor.signalCode === null) {
      this.supervisor.kill('SIGTERM');
      await Promise.race([gone, pause(30_000, undefined, { ref: false })]);
      this.supervisor.kill('SIGKILL');
    }
    const client = new Client({ connectionString: process.env.NMS_TEST_PG });
    await client.connect();
    await client.query(`DROP DATABASE IF EXISTS "${this.database}" WITH (FORCE)`);
    await client.end();
    rmSync(this.data, { recursive: true, force: true });
  }

  private async until(what: string, fits: () => boolean, timeoutMs: number): Promise<void> {
    for (const end = Date.now() + timeoutMs; !fits(); await pause(100)) {
      const dead = this.supervisor.exitCode !== null || this.supervisor.signalCode !== null;
      if (dead || Date.now() > end) {
        const said = this.output().slice(-4000);
        await this.stop();
        throw new Error(`waited for ${what}; the supervisor ${dead ? 'ended' : 'runs'} and said:\n${said}`);
      }
    }
  }
}
