import { Inject, Injectable } from '@nestjs/common';
import { ContentService } from '../app/content.service';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { askAuthority, authoritiesOf, type ReceivedToken } from './authorities';

/** Dates the signature of a printed report (PAdES B-T), and the report itself (B-LTA), by the authorities that date manifests. */
@Injectable()
export class SignatureStamper {
  constructor(
    private readonly content: ContentService,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  /**
   * A SHA-256 token over the bytes, from the first authority that gives one that passes the strict profile. Null when none does: the
   * signature then stands undated, and the manifest's own stamps date the content.
   */
  async ask(stamped: Uint8Array): Promise<ReceivedToken | null> {
    const asked = { tsa: this.content.trust().tsa, timeoutMs: this.config.tsaTimeoutMs };
    for (const authority of authoritiesOf(this.config.tsaUrls).filter(({ algorithm }) => algorithm === 'sha256')) {
      try {
        return await askAuthority(authority, stamped, asked);
      } catch {
        continue;
      }
    }
    return null;
  }
}
