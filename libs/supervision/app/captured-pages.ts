import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContentService, EvidenceService } from '../../evidence';

export interface CapturedPage {
  /** Outlet that the capture was asked for, when it was asked for one. */
  outletId: string | null;
  url: string;
  /** The words that a visitor could read. */
  text: string;
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
    const { outletId, url } = await this.evidence.getFixed(tx, captureId);
    const title = await this.titleOf(tx, captureId);
    const text = await this.content.textOf(tx, captureId);
    return { outletId, url, text: title ? `${title}\n${text}` : text, dom: await this.content.domOf(tx, captureId) };
  }

  private async titleOf(tx: EntityManager, captureId: string): Promise<string> {
    const { navigation } = await this.evidence.get(tx, captureId);
    return navigation?.title ?? '';
  }
}
