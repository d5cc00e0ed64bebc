import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims } from '../../platform';
import { attachmentPath } from '../domain/receipt';
import { type AttachmentRole, AttachmentRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';

export interface Paper {
  role: AttachmentRole;
  title: string;
  mediaType: string;
  ending: string;
  size: number;
  sha256: string;
  sm3: string;
  attestationId?: string;
}

/** Signed papers that belong to a package and came after its fixation: `attachments/NNN.*`, each with its own ledger entry. */
@Injectable()
export class PackagePapers {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: Ledger,
  ) {}

  /** Adds behind the last; the caller holds the lock of the package, so that numbers have no gap. */
  async add(tx: EntityManager, packageId: string, paper: Paper): Promise<AttachmentRow> {
    const n = (await tx.countBy(AttachmentRow, { packageId })) + 1;
    const { role, title, mediaType, ending, size, sha256, sm3, attestationId = null } = paper;
    const path = attachmentPath(n, ending);
    const [by, at] = [currentClaims()!.actor, this.clock.now()];
    await tx.insert(AttachmentRow, { packageId, n, role, path, title, mediaType, size, sha256, sm3, attestationId, by, at });
    const facts = { n, path, role, blob: sha256, size, attestation: attestationId, who: by };
    await this.ledger.append(tx, { subject: packageId, type: 'attestation.added', facts }, `${packageId}:attachment:${n}`);
    return tx.findOneByOrFail(AttachmentRow, { packageId, n });
  }

  of(tx: EntityManager, packageId: string): Promise<AttachmentRow[]> {
    return tx.find(AttachmentRow, { where: { packageId }, order: { n: 'ASC' } });
  }
}
