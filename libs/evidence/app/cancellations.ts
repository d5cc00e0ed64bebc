import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { PlatformProblem, type SessionOfficer } from '../../platform';
import { EvidenceProblem } from '../domain/problems';
import { CancellationRow } from '../store/cancellation.entity';
import { PackageRow } from '../store/evidence.entity';

/**
 * Takes back a capture that runs or waits: the wrong address, a page that never rests. The request stays in the ledger and the package
 * becomes `failed` with the reason `cancelled`, as every attempt stands in the report (evidence specification, sections 2 and 14). Once
 * a cancellation is committed nothing of the capture is fixed.
 */
@Injectable()
export class Cancellations {
  constructor(
    private readonly clock: Clock,
    private readonly trail: AuditTrail,
  ) {}

  /**
   * By one of the two makers. Refuses with `forbidden` anybody else and with `notRunning` what is fixed or over; asked again while the
   * worker ends the capture, it changes nothing.
   */
  async cancel(tx: EntityManager, packageId: string, officer: SessionOfficer): Promise<PackageRow> {
    const row = await tx.findOne(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw EvidenceProblem.notFound();
    const isMaker = row.request.makers.some(({ account, role }) => role === 'officer' && account === officer.account);
    if (!isMaker) throw PlatformProblem.forbidden({ permission: 'evidence:capture' });
    if (row.kind !== 'web_capture' || (row.state !== 'requested' && row.state !== 'capturing'))
      throw EvidenceProblem.notRunning({ state: row.state });
    if (await tx.existsBy(CancellationRow, { packageId })) return row;
    await tx.insert(CancellationRow, { packageId, by: officer.id, at: this.clock.now() });
    await this.trail.record(tx, { act: 'exhibit.cancel', kind: 'exhibit', id: packageId, caseId: row.caseId });
    return row;
  }
}
