import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type FirstSight, type RelatedPackage, type RequestRecord, sightOf } from '../../capture/capture.contract';
import { EvidenceFileRow, PackageRow } from '../store/evidence.entity';
import { EvidenceService } from './evidence.service';

/** A capture that is wanted from a second vantage point as well, once it is fixed: a capture of its own, asked for by the system. */
@Injectable()
export class SecondVantage {
  constructor(private readonly evidence: EvidenceService) {}

  /** When the officers wanted it, and once: whoever is told twice of a fixation finds the second package there. */
  async follow(tx: EntityManager, packageId: string): Promise<void> {
    const first = await tx.findOne(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
    if (first?.kind !== 'web_capture') return;
    const request = first.request as RequestRecord;
    if (request.secondVantage === undefined || (await tx.existsBy(PackageRow, { secondOf: first.id }))) return;
    const { url, profile, purpose, factToProve, place, statement, personalData, override, tlsOverride, caseRef, clue } = request;
    await this.evidence.requestCapture(tx, {
      url, profile, purpose, factToProve, place, statement, personalData, caseRef, vantage: request.secondVantage, first,
      overrideReason: override?.reason, tlsOverrideReason: tlsOverride?.reason, clueRef: clue,
      officerIds: [], divisionCode: first.divisionCode, outletId: first.outletId, caseId: first.caseId,
    }); // prettier-ignore
  }
}

/** What goes with the order of such a second capture; null for any other. */
export async function firstSightOf(
  tx: EntityManager,
  { secondOf }: PackageRow,
): Promise<{ sight: FirstSight; related: RelatedPackage } | null> {
  if (secondOf === null) return null;
  const first = await tx.findOneByOrFail(PackageRow, { id: secondOf });
  const files = await tx.findBy(EvidenceFileRow, { packageId: secondOf });
  const { vantage } = first.request as RequestRecord;
  return {
    sight: { vantage: vantage!, id: secondOf, ...sightOf({ files, artefacts: first.artefacts }) },
    related: { rel: 'secondVantage', id: secondOf, manifestSha256: first.manifestSha256! },
  };
}
