import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { IsUUID } from 'class-validator';
import { Redis } from 'ioredis';
import { Log } from '../logging/log';
import { platformConfig } from '../platform.config';
import { type TestDatabase, testDatabase } from '../testing';
import { jobContract } from './job-contract';
import { Jobs } from './jobs';

class Ref {
  @IsUUID() id!: string;
}

const contract = jobContract('test-jobs', { look: { payload: Ref, attempts: 2, oneAtATimeBy: 'id' } });
const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';

let database: TestDatabase;
let apiUrl: string;
let workerUrl: string;

beforeAll(async () => {
  database = await testDatabase();
  apiUrl = (await database.as('nms_api')).url;
  workerUrl = (await database.as('nms_worker')).url;
});

afterAll(() => database.close());

/** Embedded: queues in PostgreSQL. Real: Redis, when one was provided; the closing line of the suite says which ran. */
const backends = [
  ['PostgreSQL', undefined] as const,
  ...(process.env.REDIS_URL ? [['Redis', process.env.REDIS_URL] as const] : []),
];

describe.each(backends)('jobs on %s', (_name, redisUrl) => {
  const opened: Jobs[] = [];
  const prefix = `t${randomBytes(4).toString('hex')}`;

  function jobs(databaseUrl: string): Jobs {
    const config = platformConfig.read({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, QUEUE_PREFIX: prefix });
    const made = new Jobs(config, new Log('test', 'silent'));
    opened.push(made);
    return made;
  }

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.onApplicationShutdown()));
    await database.admin.query(
      `DO $$ BEGIN IF EXISTS (SELECT FROM pg_tables WHERE schemaname = 'bullmq' AND tablename = 'job') THEN TRUNCATE bullmq.job CASCADE; END IF; END $$`,
    );
  });

  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = Date.now() + 8_000; !holds() && Date.now() < end;) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(holds()).toBe(true);
  };

  it('carries a job from one process to the other, and tries again when it fails', async () => {
    const seen: string[] = [];
    jobs(workerUrl).work(contract, {
      look: ({ id }) => (seen.push(id), seen.length === 1 ? Promise.reject(new Error('once')) : Promise.resolve()),
    });
    await jobs(apiUrl).add(contract, 'look', { id: A });
    await until(() => seen.length === 2);
    expect(seen).toEqual([A, A]);
  });

  it('lets one job of a kind and subject wait or run at a time', async () => {
    const seen: string[] = [];
    const api = jobs(apiUrl);
    for (const id of [B, B, B, A]) await api.add(contract, 'look', { id });
    jobs(workerUrl).work(contract, { look: ({ id }) => Promise.resolve(void seen.push(id)) });
    await until(() => seen.includes(A));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([...seen].sort()).toEqual([A, B]);
  });

  it('refuses a payload that does not fit its class before it is queued', () =>
    expect(jobs(apiUrl).add(contract, 'look', { id: 'no uuid' })).rejects.toThrow('job payload'));
});

if (process.env.REDIS_URL)
  it('goes on working after Redis was emptied', async () => {
    const config = platformConfig.read({
      DATABASE_URL: workerUrl,
      REDIS_URL: process.env.REDIS_URL,
      QUEUE_PREFIX: `t${randomBytes(4).toString('hex')}`,
    });
    const both = new Jobs(config, new Log('test', 'silent'));
    const seen: string[] = [];
    both.work(contract, { look: ({ id }) => Promise.resolve(void seen.push(id)) });
    await both.add(contract, 'look', { id: A });
    for (const end = Date.now() + 5_000; !seen.length && Date.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const redis = new Redis(process.env.REDIS_URL!);
    const keys = await redis.keys(`${config.queuePrefix}:*`);
    if (keys.length) await redis.del(...keys);
    await redis.quit();
    await both.add(contract, 'look', { id: B });
    for (const end = Date.now() + 8_000; seen.length < 2 && Date.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await both.onApplicationShutdown();
    expect(seen).toEqual([A, B]);
  });
