import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OFFICER_ROWS, OfficerDirectory } from '../../officers';
import type { Clock } from '../../kernel';
import type { Db, Jobs, SessionOfficer } from '../../platform';
import { registryRows, registryServices } from '../../registry/testing';
import { BadgeHolds } from '../app/badge-holds';
import { BadgeIssuing } from '../app/badge-issuing';
import { BadgeRecorder } from '../app/badge-recorder';
import { BadgeService } from '../app/badge.service';
import { ProofService } from '../app/proof.service';
import { BadgePermission } from '../domain/permissions';
import { BadgeQueue } from '../queue/badge.queue';
import { BadgeRepository } from '../store/badge.repository';
import { BADGE_ROWS } from '../store/rows';
import { BadgeUpkeep } from '../worker/badge-upkeep';
import { ControlProbe, type Look, TxtResolver } from '../worker/control-probe';
import { ForeignOrigins } from '../worker/foreign-origins';
import { ProofChecker } from '../worker/proof-checker';
import { RecordSigner } from '../worker/record-signer';

/** The outside as a test wants it: files by address and TXT records by name; anything else is not there. */
export class FakeOutside {
  readonly files = new Map<string, string>();
  readonly records = new Map<string, string[]>();

  readonly probe: ControlProbe = {
    fetchText: (url) => Promise.resolve(this.look('192.0.2.10', this.files.get(url)?.split('\n'), 'HTTP 404')),
  };
  readonly resolver: TxtResolver = {
    txt: (name) => Promise.resolve(this.look('192.0.2.53:53', this.records.get(name), 'ENOTFOUND')),
  };

  private look(server: string, lines: string[] | undefined, fault: string): Look {
    return { server, lines: lines ?? [], fault: lines ? null : fault };
  }
}

/** Everything of the badge room on a test database, without Nest and without a queue: `queued` lists what was asked of it. */
export function badgeServices(db: Db, clock: Clock) {
  const registry = registryServices(db, clock);
  const outside = new FakeOutside();
  const queued: { job: string; payload: object }[] = [];
  const jobs = { add: (_: unknown, job: string, payload: object) => Promise.resolve(void queued.push({ job, payload })) };
  const queue = new BadgeQueue(jobs as unknown as Jobs);
  const badges = new BadgeRepository(clock);
  const recorder = new BadgeRecorder(registry.trail, registry.facts, queue);
  const issuing = new BadgeIssuing(registry.subjects, registry.conflicts, new OfficerDirectory(db, clock));
  const upkeep = new BadgeUpkeep(db, badges, recorder, queue, clock);
  const keyDir = mkdtempSync(join(tmpdir(), 'nms-badge-'));
  return {
    db,
    ...registry,
    outside,
    queued,
    upkeep,
    service: new BadgeService(db, badges, registry.outlets, issuing, recorder, clock),
    holds: new BadgeHolds(badges, recorder),
    proofs: new ProofService(db, registry.outlets, queue, registry.trail, clock),
    checker: new ProofChecker(db, outside.probe, outside.resolver, upkeep, registry.trail, clock),
    signer: new RecordSigner(db, clock, { keyDir, captureUrl: 'http://127.0.0.1:1', captureToken: '', dnsServers: [] }),
    origins: new ForeignOrigins(db, registry.facts, clock),
  };
}

export const badgeRows = [...BADGE_ROWS, ...registryRows, ...OFFICER_ROWS];

/** A head of agency: may do everything with badges. */
export function aHead(permissions: readonly string[] = Object.values(BadgePermission)): SessionOfficer {
  return {
    id: '00000000-0000-4000-8000-000000000009',
    account: 'head',
    name: '负责人甲',
    certificate: null,
    division: '141122',
    unit: '网监股',
    roles: ['head'],
    permissions,
    secondFactorAt: null,
  };
}

/** The unit that issues, in the division of the examples. Needs the superuser's connection. */
export const UNIT_SQL = `INSERT INTO unit (id, name, division_code, agency_name, document_word)
  VALUES (gen_random_uuid(), '网监股', '141122', '交城县市场监督管理局', '交市监') ON CONFLICT DO NOTHING`;
