import type { EntityManager } from 'typeorm';
import type { AuditTrail } from '../../audit';
import { FixedClock } from '../../kernel';
import type { Db, SessionOfficer } from '../../platform';
import { PackageRow } from '../store/evidence.entity';
import type { SessionLink } from './session-link';
import { SessionService } from './session.service';

const VIEW = '00000000-0000-4000-8000-000000000001';
const officer = { id: 'o1', account: 'one' } as SessionOfficer;

/** A session that is driven by `VIEW`, and what was done in which order. */
function aSession(record: () => Promise<void>) {
  const done: string[] = [];
  const makers = [{ account: 'one', role: 'officer' }];
  const tx = {
    findOneBy: (kind: unknown) =>
      Promise.resolve(kind === PackageRow ? { request: { makers, mode: 'interactive' } } : { id: VIEW }),
    query: () => Promise.resolve([{ secret: 's', driver_view: VIEW, driver_until: null }]),
    update: () => Promise.resolve(),
  } as unknown as EntityManager;
  const db = { tx: (work: (manager: EntityManager) => unknown) => Promise.resolve(work(tx)) } as unknown as Db;
  const trail = { record: () => record().then(() => void done.push('recorded')) } as unknown as AuditTrail;
  const link = { end: () => Promise.resolve(void done.push('ended')) } as unknown as SessionLink;
  return { done, service: new SessionService(db, new FixedClock(new Date('2026-11-28T03:00:00.000Z')), trail, link) };
}

it('has the end of a session on record before the page hears of it', async () => {
  const { done, service } = aSession(() => Promise.resolve());
  await service.end('ev_1', officer, VIEW, 'take');
  expect(done).toEqual(['recorded', 'ended']);
});

it('ends nothing that could not be recorded', async () => {
  const { done, service } = aSession(() => Promise.reject(new Error('database away')));
  await expect(service.end('ev_1', officer, VIEW, 'abandon')).rejects.toThrow('database away');
  expect(done).toEqual([]);
});
