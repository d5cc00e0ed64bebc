import type { EntityManager } from 'typeorm';
import { SystemClock } from '../../kernel';
import { systemClaims } from '../database/claims';
import type { Db } from '../database/db';
import { Log } from '../logging/log';
import { someClaims, type TestDatabase, testDatabase } from '../testing';
import { FactDelivery } from './fact-delivery';
import { FactHandlers } from './fact-handlers';
import { Facts } from './facts';

let database: TestDatabase;
let api: Db;
let worker: Db;
const clock = new SystemClock();
const facts = new Facts(clock);

beforeAll(async () => {
  database = await testDatabase();
  api = (await database.as('nms_api')).db;
  worker = (await database.as('nms_worker')).db;
  await database.admin.query('CREATE TABLE seen (n text); GRANT ALL ON seen TO nms_worker');
});

afterAll(() => database.close());

beforeEach(() => database.admin.query('TRUNCATE outbox, fact_handled; TRUNCATE seen'));

const publish = (subject: string) => api.as(someClaims(), (tx) => facts.publish(tx, 'test.happened', subject, { subject }));
const seen = async () => (await database.admin.query<{ n: string }[]>('SELECT n FROM seen ORDER BY n')).map(({ n }) => n);
const note = (tx: EntityManager, n: string) => tx.query('INSERT INTO seen VALUES ($1)', [n]);

function delivery(handlers: Record<string, (tx: EntityManager, subject: string) => Promise<unknown>>): FactDelivery {
  const table = new FactHandlers();
  for (const [name, handle] of Object.entries(handlers))
    table.on('test.happened', name, async (tx, fact) => void (await handle(tx, fact.subject)));
  return new FactDelivery(worker, table, clock, new Log('test', 'silent'));
}

it('carries each fact to each handler once', async () => {
  await publish('a');
  await publish('b');
  const both = delivery({ first: (tx, s) => note(tx, `first ${s}`), second: (tx, s) => note(tx, `second ${s}`) });
  expect(await both.deliver()).toBe(2);
  expect(await both.deliver()).toBe(0);
  expect(await seen()).toEqual(['first a', 'first b', 'second a', 'second b']);
});

it('does nothing twice when two workers carry at once', async () => {
  await publish('a');
  const slow = { only: async (tx: EntityManager, s: string) => (await note(tx, s), tx.query('SELECT pg_sleep(0.1)')) };
  await Promise.all([delivery(slow).deliver(), delivery(slow).deliver()]);
  expect(await seen()).toEqual(['a']);
});

it('repeats after a crash only what was not done', async () => {
  await publish('a');
  const dies = delivery({ good: (tx, s) => note(tx, `good ${s}`), bad: () => Promise.reject(new Error('killed')) });
  expect(await dies.deliver()).toBe(0);
  await database.admin.query('UPDATE outbox SET retry_at = NULL');
  const lives = delivery({ good: (tx, s) => note(tx, `good ${s}`), bad: (tx, s) => note(tx, `bad ${s}`) });
  expect(await lives.deliver()).toBe(1);
  expect(await seen()).toEqual(['bad a', 'good a']);
});

it('a fact that fails holds back no other', async () => {
  await publish('poison');
  await publish('b');
  const picky = delivery({ only: (tx, s) => (s === 'poison' ? Promise.reject(new Error('no')) : note(tx, s)) });
  await picky.deliver();
  expect(await seen()).toEqual(['b']);
});

it('leaves no fact of a change that was rolled back', async () => {
  await api
    .as(someClaims(), async (tx) => {
      await facts.publish(tx, 'test.happened', 'x', {});
      throw new Error('rolled back');
    })
    .catch(() => undefined);
  expect(await database.admin.query('SELECT FROM outbox')).toEqual([]);
});

it('people cannot read the outbox', async () => {
  await publish('a');
  expect(await worker.as(someClaims(), (tx) => tx.query('SELECT FROM outbox'))).toEqual([]);
  expect(await worker.as(systemClaims('worker'), (tx) => tx.query<unknown[]>('SELECT FROM outbox'))).toHaveLength(1);
});
