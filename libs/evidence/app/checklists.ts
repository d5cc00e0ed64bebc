import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { parseManifest } from '../../proof';
import { checklistOf, type ChecklistLine, type ChecklistView } from '../domain/checklist';
import { ActRow, PackageRow, StampRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { ContentService } from './content.service';

/** Answers that are given with the seal. */
export type SealAnswers = Pick<ChecklistView, 'medium' | 'copies' | 'sealNumber'>;

/** What a fixed package can show for itself: its manifest, its stamps, its custody chain, and what officers did with it. */
@Injectable()
export class Checklists {
  constructor(
    private readonly ledger: Ledger,
    private readonly content: ContentService,
  ) {}

  /** Every line as it stands now. */
  async of(tx: EntityManager, row: PackageRow): Promise<ChecklistLine[]> {
    const acts = await tx.find(ActRow, { where: { packageId: row.id }, order: { at: 'ASC' } });
    return checklistOf(await this.view(tx, row, acts));
  }

  async view(tx: EntityManager, row: PackageRow, acts: readonly ActRow[], answers?: SealAnswers): Promise<ChecklistView> {
    const manifest = parseManifest(
      new Uint8Array(await this.content.bytes(await this.content.file(tx, row.id, 'MANIFEST.json'))),
    );
    const custody = (await this.ledger.custodyOf(tx, row.id)).map(({ type, body }) => ({
      type,
      verdict: type === 'evidence.verified' && body ? (JSON.parse(body) as { verdict?: string }).verdict : undefined,
    }));
    const said = acts.find(({ action }) => action === 'confirm' || action === 'noteRefusal');
    const sealed = acts.find(({ action }) => action === 'seal')?.data as SealAnswers | undefined;
    const { medium, copies, sealNumber } = answers ?? sealed ?? {};
    return {
      manifest,
      stamped: await tx.existsBy(StampRow, { packageId: row.id }),
      custody,
      holderSaid: said !== undefined,
      witnessSaid: Boolean(said?.data['witness']),
      reviewers: new Set(acts.filter(({ action }) => action === 'review').map(({ by }) => by)).size,
      attestations: await tx.countBy(PackageRow, { aboutId: row.id }),
      medium,
      copies,
      sealNumber,
    };
  }
}
