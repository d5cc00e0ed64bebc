import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContentService, EvidenceService } from '../../evidence';

export interface CapturedPage {
  /** Outlet that the capture was asked for, when it was asked for one. */
  outletId: string | null;
  url: string;
  /** The words that a visitor could read. */
  text: string;
  title: string;
  /** The document as it stood. Hostile markup: searched, never shown. */
  dom: string;
}

/** What a fixed capture holds, for the rules to look at. Refuses what is unknown, out of scope or not fixed. */
export abstract class CapturedPages {
  abstract pageOf(tx: EntityManager, captureId: string): Promise<CapturedPage>;
}

@Injectable()
export class EvidencePages extends CapturedPages {
  constructor(
    private readonly evidence: EvidenceService,
    private readonly content: ContentService,
  ) {
    super();
  }

  async pageOf(tx: EntityManager, captureId: string): Promise<CapturedPage> {
    const { outletId, url, navigation } = await this.evidence.getFixed(tx, captureId);
    const [text, dom] = [await this.content.textOf(tx, captureId), await this.content.domOf(tx, captureId)];
    return { outletId, url, text, title: navigation?.title ?? '', dom };
  }
}
