import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { canonicalJson, Clock } from '../../kernel';
import { Log } from '../../platform';
import { utf8 } from '../../proof';
import { ContentService } from '../app/content.service';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import type { StoredCheckpoint } from '../store/ledger-trees';
import { askAuthority, authoritiesOf, outsideFirst, type ReceivedToken } from './authorities';

/** The verifier allows this much beside the accuracy that the token states (evidence specification, section 8). */
const SKEW_MS = 1_000;
/** An authority that is further behind our clock than this tells a time at which the request was not yet made. */
const BEHIND_MS = 600_000;

/** What came of asking for a token before the work begins. */
export interface AskedBefore {
  /** The whole response (RFC 3161), or null: then the package bears the finding NO_PRE_TOKEN. */
  token: Buffer | null;
  /** For the timeline: by whom and when, or why there is none. */
  told: string;
}

/**
 * Asks for the token that dates the request before a browser starts, or before received files are fixed: what is signed with it inside
 * was signed after an outside authority had told the time (evidence specification, sections 2 and 6). One authority, one try: a
 * capture is never stopped by it. A token that would contradict the start of the work is not taken, since it would fail the package for
 * ever (TIME_ORDER).
 */
@Injectable()
export class TokenBefore {
  constructor(
    private readonly clock: Clock,
    private readonly content: ContentService,
    private readonly log: Log,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  /** Never throws. `before` is the checkpoint that stands in the package: without one the manifest has no place for a token. */
  async ask(request: { id: string }, before: Pick<StoredCheckpoint, 'size'> | null | undefined): Promise<AskedBefore> {
    if (!before) return this.none(request.id, 'the log has no checkpoint yet');
    const { tsa } = this.content.trust();
    const [authority] = outsideFirst(authoritiesOf(this.config.tsaUrls), tsa).filter(({ algorithm }) => algorithm === 'sha256');
    if (!authority) return this.none(request.id, 'no authority for SHA-256 is configured');
    const askedAt = this.clock.now();
    try {
      const received = await askAuthority(authority, utf8(canonicalJson(request)), { tsa, timeoutMs: this.config.tsaTimeoutMs });
      const fault = this.faultOf(received, askedAt);
      if (fault) return this.none(request.id, `${authority.name}: ${fault}`);
      const token = Buffer.from(received.bytes);
      const sha256 = createHash('sha256').update(token).digest('hex');
      return { token, told: `${authority.name} ${received.token.genTime}, token ${sha256}` };
    } catch (fault) {
      return this.none(request.id, `${authority.name}: ${(fault as Error).message}`);
    }
  }

  private faultOf({ token: { genTime, accuracyMs } }: ReceivedToken, askedAt: Date): string | null {
    const now = this.clock.now().getTime();
    const tells = Date.parse(genTime);
    const isOff = tells > now + accuracyMs + SKEW_MS || tells < askedAt.getTime() - accuracyMs - BEHIND_MS;
    return isOff ? `tells ${genTime}, our clock ${new Date(now).toISOString()}` : null;
  }

  private none(packageId: string, reason: string): AskedBefore {
    const told = `none: ${reason}`.toWellFormed().slice(0, 300);
    this.log.warn('evidence.preToken.none', { packageId, reason: told });
    return { token: null, told };
  }
}
