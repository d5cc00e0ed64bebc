import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../kernel';
import { type BlobRef, type BlobSource, BlobStore } from './blob-store';
import type { ObjectStoreConfig } from './object-store.config';
import { signRequest } from './sign-request';
import { stageBlob } from './stage-blob';

const HEX64 = /^[0-9a-f]{64}$/;
const EMPTY = createHash('sha256').digest('hex');
const IDLE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Blobs in an S3-compatible store, named by their SHA-256. The store checks that digest on arrival, refuses to overwrite
 * (`If-None-Match: *`), and locks the object when a lock time is configured.
 */
export class S3BlobStore extends BlobStore {
  constructor(
    private readonly config: ObjectStoreConfig & { endpoint: string },
    private readonly stagingDir: string,
    private readonly clock: Clock,
  ) {
    super();
  }

  async putOnce(source: Readable | Buffer | string): Promise<BlobRef> {
    await mkdir(this.stagingDir, { recursive: true });
    const aside = join(this.stagingDir, randomUUID());
    try {
      const ref = await stageBlob(source, aside);
      await this.upload(aside, ref);
      return ref;
    } finally {
      await rm(aside, { force: true });
    }
  }

  async get(sha256: string): Promise<Readable> {
    return expectStatus(await this.ask('GET', sha256), [200]);
  }

  async source(sha256: string): Promise<BlobSource> {
    const found = await this.stat(sha256);
    if (!found) throw new Error(`blob ${sha256} is not in the object store`);
    return { size: found.size, read: (offset, length) => this.read(sha256, offset, length) };
  }

  async stat(sha256: string): Promise<{ size: number } | null> {
    const answer = await this.ask('HEAD', sha256);
    answer.resume();
    if (answer.statusCode === 404) return null;
    if (answer.statusCode !== 200) throw new Error(`object store answered ${answer.statusCode}`);
    return { size: Number(answer.headers['content-length']) };
  }

  private async read(sha256: string, offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array(0);
    const answer = await expectStatus(await this.ask('GET', sha256, { range: `bytes=${offset}-${offset + length - 1}` }), [206]);
    const bytes = await buffer(answer);
    if (bytes.length !== length) throw new Error('blob ended early');
    return bytes;
  }

  private async upload(aside: string, ref: BlobRef): Promise<void> {
    const lock: Record<string, string> = this.config.lockDays
      ? {
          'x-amz-object-lock-mode': 'COMPLIANCE',
          'x-amz-object-lock-retain-until-date': new Date(
            this.clock.now().getTime() + this.config.lockDays * DAY_MS,
          ).toISOString(),
        }
      : {};
    const headers = {
      'content-length': String(ref.size),
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.from(ref.sha256, 'hex').toString('base64'),
      ...lock,
    };
    const answer = await expectStatus(
      await this.ask('PUT', ref.sha256, headers, { path: aside, sha256: ref.sha256 }),
      [200, 412],
    );
    answer.resume();
    // Somebody put it before: the name must hold the same bytes, which is checked and not assumed.
    if (answer.statusCode === 412 && (await this.digestOf(ref.sha256)) !== ref.sha256)
      throw new Error(`blob ${ref.sha256} in the object store no longer has its digest`);
  }

  private async digestOf(sha256: string): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(await this.get(sha256), hash);
    return hash.digest('hex');
  }

  private ask(
    method: string,
    sha256: string,
    headers: Record<string, string> = {},
    body?: { path: string; sha256: string },
  ): Promise<IncomingMessage> {
    if (!HEX64.test(sha256)) throw new RangeError('a blob is named by 64 lower-case hex digits');
    const url = new URL(`/${this.config.bucket}/${sha256.slice(0, 2)}/${sha256}`, this.config.endpoint);
    // Signatures are judged by the store's own wall clock, so this is the one place where the machine's time is right.
    const signed = signRequest(method, url, headers, body?.sha256 ?? EMPTY, this.config, new Date());
    return new Promise((done, fail) => {
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
        url,
        { method, headers: signed, timeout: IDLE_MS },
        done,
      );
      request.on('timeout', () => request.destroy(new Error('object store does not answer')));
      request.on('error', fail);
      if (body) createReadStream(body.path).on('error', fail).pipe(request);
      else request.end();
    });
  }
}

async function expectStatus(answer: IncomingMessage, allowed: number[]): Promise<IncomingMessage> {
  if (allowed.includes(answer.statusCode ?? 0)) return answer;
  const said = (await buffer(answer)).toString('utf8').slice(0, 300);
  throw new Error(`object store answered ${answer.statusCode}: ${said}`);
}
