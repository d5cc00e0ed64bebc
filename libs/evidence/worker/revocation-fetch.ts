import { Inject, Injectable } from '@nestjs/common';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';

export interface Posted {
  type: string;
  bytes: Uint8Array;
}

/** Asks issuers of certificates through the capture process: the only one of ours with a way to addresses that others name, and the rules that guard it. */
@Injectable()
export class RevocationFetch {
  constructor(@Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig) {}

  /** A GET, or a POST of `posted`. Throws unless the answer is 200 with at most `limit` bytes. */
  async bytes(url: string, limit: number, posted?: Posted): Promise<Buffer> {
    const timeoutMs = this.config.tsaTimeoutMs;
    const post = posted && { type: posted.type, bodyBase64: Buffer.from(posted.bytes).toString('base64') };
    const answer = await fetch(new URL('/probe', this.config.captureUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${this.config.captureToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url, maxBytes: limit + 1, timeoutMs, ...(post && { post }) }),
      signal: AbortSignal.timeout(timeoutMs + 5_000),
    });
    if (!answer.ok) throw new Error(`the capture process answered ${answer.status}`);
    const told = (await answer.json()) as { status: number; bodyBase64: string; refused?: string; error?: string };
    if (told.refused) throw new Error(`refused: ${told.refused}`);
    if (told.error) throw new Error(told.error);
    if (told.status !== 200) throw new Error(`answered ${told.status}`);
    const body = Buffer.from(told.bodyBase64, 'base64');
    if (body.length > limit) throw new Error(`longer than ${limit} bytes`);
    return body;
  }
}
