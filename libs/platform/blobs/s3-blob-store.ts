import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../kernel';
import { type BlobRef, type BlobSource, BlobStore, type Examined, type StagedBlob, type StoredBlob } from './blob-store';
import type { ObjectStoreConfig } from './object-store.config';
import { signRequest } from './sign-request';
import { stageBlob } from './stage-blob';

const HEX64 = /^[0-9a-f]{64}$/;
const EMPTY = createHash('sha256').digest('hex');
const IDLE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Blobs in an S3-compatible store, named by their SHA-256. The store checks that digest on arrival, is asked not to overwrite
 * (`If-None-Match: *`), and locks the object when a lock time is configured. Reads are by version; ETags are never looked at.
 * Not every server obeys the condition (Ceph's gateway 16.2 takes the object as a further version), so we look before we put, and
 * two that put the same bytes at the same moment may leave two versions: as long as each holds the bytes of its name, that is no fault.
 */
export class S3BlobStore extends BlobStore {
  constructor(
    private readonly config: ObjectStoreConfig & { endpoint: string },
    private readonly stagingDir: string,
    private readonly clock: Clock,
  ) {
    super();
  }

  async stage(source: Readable | Buffer | string): Promise<StagedBlob> {
    await mkdir(this.stagingDir, { recursive: true });
    const aside = join(this.stagingDir, randomUUID());
    const drop = () => rm(aside, { force: true });
    try {
      const ref = await stageBlob(source, aside);
      return { ref, settle: () => this.upload(aside, ref), drop };
    } catch (fault) {
      await drop();
      throw fault;
    }
  }

  async get(sha256: string): Promise<Readable> {
    return expectStatus(await this.ask('GET', sha256, {}, undefined, await this.versionOf(sha256)), [200]);
  }

  async source(sha256: string): Promise<BlobSource> {
    const found = await this.stat(sha256);
    if (!found) throw new Error(`blob ${sha256} is not in the object store`);
    const version = await this.versionOf(sha256);
    return { size: found.size, read: (offset, length) => this.read(sha256, version, offset, length) };
  }

  async stat(sha256: string): Promise<{ size: number } | null> {
    const answer = await this.ask('HEAD', sha256);
    answer.resume();
    if (answer.statusCode === 404) return null;
    if (answer.statusCode !== 200) throw new Error(`object store answered ${answer.statusCode}`);
    return { size: Number(answer.headers['content-length']) };
  }

  async *list(): AsyncIterable<StoredBlob> {
    for await (const { key, isLatest, isMarker, size, at } of this.versions(''))
      if (isLatest && !isMarker && HEX64.test(key.slice(3))) yield { sha256: key.slice(3), size, storedAt: at };
  }

  /** What lies aside is on our own disk; uploads that were cut off never become objects. */
  async sweepAside(before: Date): Promise<string[]> {
    const swept: string[] = [];
    for (const name of await readdir(this.stagingDir).catch(() => [])) {
      const path = join(this.stagingDir, name);
      if ((await stat(path)).mtime >= before) continue;
      await rm(path, { force: true });
      swept.push(path);
    }
    return swept;
  }

  placeOf(sha256: string): string {
    return this.urlOf(sha256).href;
  }

  /** A marker hides the object from a plain read, and other bytes in a second version would be read in place of ours: both are told, neither is trusted. */
  protected async inspect(sha256: string): Promise<Examined | null> {
    const found: Version[] = [];
    for await (const version of this.versions(keyOf(sha256))) found.push(version);
    const marker = found.find(({ isMarker }) => isMarker);
    if (marker) return { fault: 'deleteMarker', observed: marker.versionId, bytes: 0 };
    for (const { versionId } of found.length > 1 ? found : [])
      if ((await this.digestOf(sha256, versionId)) !== sha256)
        return { fault: 'changed', observed: `${found.length} versions`, bytes: 0 };
    return found.length ? null : { fault: 'missing', observed: null, bytes: 0 };
  }

  /** Every version and delete marker of the keys that begin with `prefix`. A bucket without versions tells each object once. */
  private async *versions(prefix: string): AsyncIterable<Version> {
    for (let after: Record<string, string> = {}; ;) {
      const url = new URL(`/${this.config.bucket}`, this.config.endpoint);
      for (const [name, value] of Object.entries({ versions: '', prefix, ...after })) url.searchParams.set(name, value);
      const answer = await expectStatus(await this.send('GET', url, {}), [200]);
      const page = await text(answer);
      yield* versionsIn(page);
      if (tagIn(page, 'IsTruncated') !== 'true') return;
      after = { 'key-marker': tagIn(page, 'NextKeyMarker') ?? '', 'version-id-marker': tagIn(page, 'NextVersionIdMarker') ?? '' };
    }
  }

  /**
   * The version that was put first: a later one is not ours, whatever a plain read would answer. Refuses what a delete marker
   * hides. `null` is the version of a bucket without versions.
   */
  private async versionOf(sha256: string): Promise<string | null> {
    const found: Version[] = [];
    for await (const version of this.versions(keyOf(sha256))) found.push(version);
    if (!found.length) throw Object.assign(new Error(`blob ${sha256} is not in the object store`), { code: 'ENOENT' });
    if (found.some(({ isMarker }) => isMarker)) throw new Error(`blob ${sha256} is hidden by a delete marker`);
    const { versionId } = found.reduce((first, version) => (version.at <= first.at ? version : first));
    return versionId === 'null' ? null : versionId;
  }

  private async read(sha256: string, version: string | null, offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array(0);
    const answer = await expectStatus(
      await this.ask('GET', sha256, { range: `bytes=${offset}-${offset + length - 1}` }, undefined, version),
      [206],
    );
    const bytes = await buffer(answer);
    if (bytes.length !== length) throw new Error('blob ended early');
    return bytes;
  }

  private async upload(aside: string, ref: BlobRef): Promise<void> {
    if (await this.isThere(ref.sha256)) return;
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
    if (answer.statusCode === 412 && !(await this.isThere(ref.sha256)))
      throw new Error(`the object store has ${ref.sha256} and does not show it`);
  }

  /** Somebody put it before: then the name must hold the same bytes, which is checked and not assumed. Refuses what a marker hides. */
  private async isThere(sha256: string): Promise<boolean> {
    const found: Version[] = [];
    for await (const version of this.versions(keyOf(sha256))) found.push(version);
    if (!found.length) return false;
    if ((await this.digestOf(sha256, await this.versionOf(sha256))) !== sha256)
      throw new Error(`blob ${sha256} in the object store no longer has its digest`);
    return true;
  }

  private async digestOf(sha256: string, version: string | null): Promise<string> {
    const hash = createHash('sha256');
    const named = version === 'null' ? null : version;
    await pipeline(await expectStatus(await this.ask('GET', sha256, {}, undefined, named), [200]), hash);
    return hash.digest('hex');
  }

  private ask(
    method: string,
    sha256: string,
    headers: Record<string, string> = {},
    body?: { path: string; sha256: string },
    version: string | null = null,
  ): Promise<IncomingMessage> {
    const url = this.urlOf(sha256);
    if (version) url.searchParams.set('versionId', version);
    return this.send(method, url, headers, body);
  }

  private urlOf(sha256: string): URL {
    return new URL(`/${this.config.bucket}/${keyOf(sha256)}`, this.config.endpoint);
  }

  private send(
    method: string,
    url: URL,
    headers: Record<string, string>,
    body?: { path: string; sha256: string },
  ): Promise<IncomingMessage> {
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

function keyOf(sha256: string): string {
  if (!HEX64.test(sha256)) throw new RangeError('a blob is named by 64 lower-case hex digits');
  return `${sha256.slice(0, 2)}/${sha256}`;
}

interface Version {
  key: string;
  versionId: string;
  isLatest: boolean;
  isMarker: boolean;
  size: number;
  at: Date;
}

const tagIn = (xml: string, tag: string): string | null => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1] ?? null;

/** Our keys are hex and a slash, so nothing in them is ever escaped in the XML. */
function versionsIn(page: string): Version[] {
  return [...page.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)].map(([, kind, inner]) => ({
    key: tagIn(inner!, 'Key') ?? '',
    versionId: tagIn(inner!, 'VersionId') ?? 'null',
    isLatest: tagIn(inner!, 'IsLatest') === 'true',
    isMarker: kind === 'DeleteMarker',
    size: Number(tagIn(inner!, 'Size') ?? 0),
    at: new Date(tagIn(inner!, 'LastModified') ?? 0),
  }));
}

async function expectStatus(answer: IncomingMessage, allowed: number[]): Promise<IncomingMessage> {
  if (allowed.includes(answer.statusCode ?? 0)) return answer;
  const said = (await buffer(answer)).toString('utf8').slice(0, 300);
  throw new Error(`object store answered ${answer.statusCode}: ${said}`);
}
