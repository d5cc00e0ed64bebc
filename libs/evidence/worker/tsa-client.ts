import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type AcceptedToken, timeStampRequest, tokenOf, verifyToken } from '../../proof';
import { ContentService } from '../app/content.service';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';

export interface TsaAddress {
  name: string;
  algorithm: 'sha256' | 'sm3';
  url: string;
}

const TOKEN_LIMIT = 256 * 1024;

/** Asks time stamp authorities (RFC 3161); an answer that does not pass the strict profile is thrown away as a fault. */
@Injectable()
export class TsaClient {
  constructor(
    private readonly content: ContentService,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  authorities(): TsaAddress[] {
    return this.config.tsaUrls.map((line) => {
      const [name = '', algorithm = '', url = ''] = line.split('|');
      return { name, algorithm: algorithm === 'sm3' ? 'sm3' : 'sha256', url };
    });
  }

  /** A response over `stamped`, checked; the bytes as they came. Throws whatever is wrong with it. */
  async ask({ name, algorithm, url }: TsaAddress, stamped: Uint8Array): Promise<{ bytes: Uint8Array; token: AcceptedToken }> {
    const { bytes: body, nonce } = timeStampRequest(stamped, algorithm, new Uint8Array(randomBytes(8)));
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: Buffer.from(body),
      signal: AbortSignal.timeout(this.config.tsaTimeoutMs),
      redirect: 'error',
    });
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    const bytes = await limited(answer);
    const token = verifyToken(bytes, { stamped, tsa: this.content.trust().tsa, nonce });
    if (token.tsa.name !== name) throw new Error(`the token is of ${token.tsa.name}`);
    return { bytes, token };
  }

  /** A SHA-256 token for the signature of a paper, from the first authority that gives one; null when none does. */
  async forSignature(signature: Uint8Array): Promise<Buffer | null> {
    for (const authority of this.authorities().filter(({ algorithm }) => algorithm === 'sha256')) {
      try {
        return Buffer.from(tokenOf((await this.ask(authority, signature)).bytes));
      } catch {
        continue; // the next authority; without any the signature stands undated, and the manifest's own stamps date the content
      }
    }
    return null;
  }
}

/** The body, as long as it is no longer than a token may be. */
async function limited(answer: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > TOKEN_LIMIT) throw new Error(`longer than ${TOKEN_LIMIT} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
