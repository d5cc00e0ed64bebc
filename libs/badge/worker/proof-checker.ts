import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { Db } from '../../platform';
import { DAY_MS, POLL_MS } from '../app/proof.service';
import { carriesToken, glimpse, PROOF_VALID_DAYS } from '../domain/proof-of-control';
import { ControlProofRow } from '../store/control-proof.entity';
import { BadgeUpkeep } from './badge-upkeep';
import { ControlProbe, type Look, TxtResolver } from './control-probe';

/** Days before the end of a proof from which it is made again by itself. */
const RENEW_AHEAD_DAYS = 7;

/** Looks whether file or record carries the token. Nothing is held open while it looks; safe to run twice. */
@Injectable()
export class ProofChecker {
  constructor(
    private readonly db: Db,
    private readonly probe: ControlProbe,
    private readonly resolver: TxtResolver,
    private readonly upkeep: BadgeUpkeep,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  async check(proofId: string): Promise<void> {
    const before = await this.db.tx((tx) => tx.findOneBy(ControlProofRow, { id: proofId }));
    if (!before || before.method === 'platformAttestation' || before.state === 'expired') return;
    const look = before.method === 'dnsTxt' ? await this.resolver.txt(before.location) : await this.probe.fetchText(before.location);
    await this.db.tx(async (tx) => {
      const row = await tx.findOne(ControlProofRow, { where: { id: proofId }, lock: { mode: 'pessimistic_write' } });
      if (row && row.state !== 'expired') await this.conclude(tx, row, look);
    });
  }

  private async conclude(tx: EntityManager, row: ControlProofRow, look: Look): Promise<void> {
    const at = this.clock.now();
    const proved = !look.fault && carriesToken(look.lines, row.token);
    const seen = { at: at.toISOString(), where: row.location, server: look.server, lines: glimpse(look.lines), fault: look.fault };
    const next = proved ? provedFrom(at) : missedAt(at, row);
    await tx.update(ControlProofRow, { id: row.id }, { ...next, seen, checkedAt: at, version: row.version + 1 });
    await this.trail.record(tx, { act: 'proof.checked', kind: 'proof', id: row.id, details: { state: next.state, server: look.server, fault: look.fault } });
    if (proved) await this.upkeep.proofRenewed(tx, row.outletId, next.validUntil!);
  }
}

type Outcome = Pick<ControlProofRow, 'state' | 'checkDue'> & Partial<Pick<ControlProofRow, 'provedAt' | 'validUntil'>>;

function provedFrom(at: Date): Outcome {
  const validUntil = new Date(at.getTime() + PROOF_VALID_DAYS * DAY_MS);
  return { state: 'proved', provedAt: at, validUntil, checkDue: new Date(validUntil.getTime() - RENEW_AHEAD_DAYS * DAY_MS) };
}

/** A proof that stands goes on standing to its end: one bad look is no ground to take it away. */
function missedAt(at: Date, row: ControlProofRow): Outcome {
  if (row.validUntil && row.validUntil > at) return { state: 'proved', checkDue: new Date(Math.min(at.getTime() + DAY_MS, row.validUntil.getTime())) };
  if (row.validUntil) return { state: 'expired', checkDue: null };
  if (row.waitUntil > at) return { state: 'waiting', checkDue: new Date(at.getTime() + POLL_MS) };
  return { state: 'failed', checkDue: null };
}
