import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { currentClaims, Db } from '../../platform';
import { OutletService } from '../../registry';
import { BadgeProblem } from '../domain/problems';
import { fitsOutlet, instructionsFor, PROOF_VALID_DAYS, PROOF_WAIT_HOURS, type ProofMethod } from '../domain/proof-of-control';
import { BadgeQueue } from '../queue/badge.queue';
import { ControlProofRow } from '../store/control-proof.entity';

export const DAY_MS = 86_400_000;
/** Between the looks that we take by ourselves while file or record is awaited. */
export const POLL_MS = 10 * 60_000;

/** Proofs that a subject controls its outlet. Looking is the worker's work; here it is asked for and told. */
@Injectable()
export class ProofService {
  constructor(
    private readonly db: Db,
    private readonly outlets: OutletService,
    private readonly queue: BadgeQueue,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  request(outletId: string, method: ProofMethod): Promise<ControlProofRow> {
    return this.db.tx(async (tx) => {
      const outlet = await this.outlets.byId(tx, outletId);
      if (!fitsOutlet(method, outlet.onPlatform)) throw BadgeProblem.proofMethodUnfit({ method, carrierKind: outlet.carrierKind });
      const token = randomBytes(20).toString('hex');
      const at = this.clock.now();
      const row = Object.assign(new ControlProofRow(), {
        id: randomUUID(),
        version: 1,
        outletId,
        divisionCode: outlet.divisionCode,
        method,
        token,
        location: instructionsFor(method, token, { url: outlet.url, host: outlet.domain }).location,
        host: outlet.domain,
        state: 'waiting',
        seen: null,
        attestation: null,
        requestedAt: at,
        waitUntil: new Date(at.getTime() + PROOF_WAIT_HOURS * 3_600_000),
        checkedAt: null,
        checkDue: method === 'platformAttestation' ? null : new Date(at.getTime() + POLL_MS),
        provedAt: null,
        validUntil: null,
        requestedBy: currentClaims()!.actor,
      });
      await tx.insert(ControlProofRow, row);
      await this.trail.record(tx, { act: 'proof.requested', kind: 'proof', id: row.id, details: { outletId, method } });
      return row;
    });
  }

  /** Asks the worker to look now. Asking twice looks once. */
  check(id: string): Promise<ControlProofRow> {
    return this.db.tx(async (tx) => {
      const row = await this.locked(tx, id);
      if (row.method === 'platformAttestation') throw BadgeProblem.proofMethodUnfit({ method: row.method, carrierKind: 'platform' });
      const state = row.state === 'proved' ? ('proved' as const) : ('checking' as const);
      const waitUntil = state === 'proved' ? row.waitUntil : this.laterOf(row.waitUntil, this.clock.now());
      await tx.update(ControlProofRow, { id }, { state, waitUntil, checkDue: this.clock.now(), version: row.version + 1 });
      await this.trail.record(tx, { act: 'proof.checkAsked', kind: 'proof', id });
      await this.queue.checkProof(id);
      return Object.assign(row, { state, waitUntil, version: row.version + 1 });
    });
  }

  /** Records the platform's written word for a shop on its address. Who recorded it, and the letter's number, are kept. */
  attest(id: string, reference: string): Promise<ControlProofRow> {
    return this.db.tx(async (tx) => {
      const row = await this.locked(tx, id);
      if (row.method !== 'platformAttestation') throw BadgeProblem.proofMethodUnfit({ method: row.method, carrierKind: 'website' });
      const at = this.clock.now();
      const validUntil = new Date(at.getTime() + PROOF_VALID_DAYS * DAY_MS);
      const proved = { state: 'proved' as const, attestation: reference, provedAt: at, checkedAt: at, validUntil, version: row.version + 1 };
      await tx.update(ControlProofRow, { id }, proved);
      await this.trail.record(tx, { act: 'proof.attested', kind: 'proof', id, details: { outletId: row.outletId, reference } });
      return Object.assign(row, proved);
    });
  }

  get(id: string): Promise<ControlProofRow> {
    return this.db.tx((tx) => this.byId(tx, id));
  }

  ofOutlet(outletId: string): Promise<ControlProofRow[]> {
    return this.db.tx((tx) => tx.find(ControlProofRow, { where: { outletId }, order: { requestedAt: 'DESC' } }));
  }

  private async byId(tx: EntityManager, id: string): Promise<ControlProofRow> {
    const row = await tx.findOneBy(ControlProofRow, { id });
    if (!row) throw BadgeProblem.proofNotFound();
    return row;
  }

  private async locked(tx: EntityManager, id: string): Promise<ControlProofRow> {
    const row = await tx.findOne(ControlProofRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw BadgeProblem.proofNotFound();
    return row;
  }

  /** A person who asks again after the 72 hours gets this look, and an hour of further ones. */
  private laterOf(waitUntil: Date, now: Date): Date {
    return waitUntil > now ? waitUntil : new Date(now.getTime() + 3_600_000);
  }
}
