import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ObjectStoreConfig } from './object-store.config';
import { signRequest } from './sign-request';

const HEX64 = /^[0-9a-f]{64}$/;
const IDLE_MS = 60_000;
const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

export interface Version {
  key: string;
  versionId: string;
  isLatest: boolean;
  isMarker: boolean;
  size: number;
  at: Date;
}

/** How long the store keeps a version against everybody. */
export interface Lock {
  until: Date | null;
  isHeld: boolean;
}

type Body = { path: string; sha256: string } | { bytes: string };

const sha256Of = (bytes: string) => createHash('sha256').update(bytes).digest('hex');

/** The requests of the S3 protocol that blobs need, each for one version of one key. No rules here: those are of store and destroyer. */
export class S3Bucket {
  constructor(private readonly config: ObjectStoreConfig & { endpoint: string }) {}

  /** Every version and delete marker of the keys that begin with `prefix`. A bucket without versions tells each object once. */
  async *versions(prefix: string): AsyncIterable<Version> {
    for (let after: Record<string, string> = {}; ;) {
      const url = new URL(`/${this.config.bucket}`, this.config.endpoint);
      for (const [name, value] of Object.entries({ versions: '', prefix, ...after })) url.searchParams.set(name, value);
      const page = await text(await expectStatus(await this.send('GET', url, {}), [200]));
      yield* versionsIn(page);
      if (tagIn(page, 'IsTruncated') !== 'true') return;
      after = { 'key-marker': tagIn(page, 'NextKeyMarker') ?? '', 'version-id-marker': tagIn(page, 'NextVersionIdMarker') ?? '' };
    }
  }

  async versionsOf(sha256: string): Promise<Version[]> {
    const found: Version[] = [];
    for await (const version of this.versions(keyOf(sha256))) if (version.key === keyOf(sha256)) found.push(version);
    return found;
  }

  async read(sha256: string, version: string): Promise<IncomingMessage> {
    return expectStatus(await this.ask('GET', sha256, { version }), [200]);
  }

  async readPart(sha256: string, version: string, offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array(0);
    const headers = { range: `bytes=${offset}-${offset + length - 1}` };
    const bytes = await buffer(await expectStatus(await this.ask('GET', sha256, { version, headers }), [206]));
    if (bytes.length !== length) throw new Error('blob ended early');
    return bytes;
  }

  async digestOf(sha256: string, version: string): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(await this.read(sha256, version), hash);
    return hash.digest('hex');
  }

  /** Puts a file, with its digest checked on arrival. Answers the version, or null when `ifNew` and the store has one already. */
  async put(sha256: string, path: string, size: number, lockUntil: Date | null, ifNew: boolean): Promise<string | null> {
    const lock = lockUntil && {
      'x-amz-object-lock-mode': 'COMPLIANCE',
      'x-amz-object-lock-retain-until-date': lockUntil.toISOString(),
    };
    const headers = {
      'content-length': String(size),
      'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
      ...(ifNew && { 'if-none-match': '*' }),
      ...lock,
    };
    const answer = await expectStatus(
      await this.ask('PUT', sha256, { headers, body: { path, sha256 } }),
      ifNew ? [200, 412] : [200],
    );
    answer.resume();
    const version = answer.headers['x-amz-version-id'];
    return answer.statusCode === 412 ? null : typeof version === 'string' && version ? version : 'null';
  }

  /** Null when the version is not there. A bucket without locks has none to tell. */
  async lockOf(sha256: string, version: string): Promise<Lock | null> {
    const retention = await this.ask('GET', sha256, { version, query: { retention: '' } });
    const held = await this.ask('GET', sha256, { version, query: { 'legal-hold': '' } });
    const [until, hold] = [await text(retention), await text(held)];
    const isUnlocked = (answer: IncomingMessage, said: string) =>
      answer.statusCode === 400 || /NoSuchObjectLockConfiguration|ObjectLockConfigurationNotFound/.test(said);
    if (retention.statusCode === 404 && !isUnlocked(retention, until)) return null;
    for (const [answer, said] of [[retention, until] as const, [held, hold] as const])
      if (answer.statusCode !== 200 && !isUnlocked(answer, said)) throw storeSaid(answer, said);
    const date = retention.statusCode === 200 ? tagIn(until, 'RetainUntilDate') : null;
    return { until: date ? new Date(date) : null, isHeld: held.statusCode === 200 && tagIn(hold, 'Status') === 'ON' };
  }

  /** `unlockable`: the bucket was made without object lock. */
  async retain(sha256: string, version: string, until: Date): Promise<'done' | 'absent' | 'unlockable'> {
    const bytes = `<Retention ${XMLNS}><Mode>COMPLIANCE</Mode><RetainUntilDate>${until.toISOString()}</RetainUntilDate></Retention>`;
    return this.set(sha256, version, 'retention', bytes);
  }

  async hold(sha256: string, version: string, on: boolean): Promise<'done' | 'absent' | 'unlockable'> {
    const bytes = `<LegalHold ${XMLNS}><Status>${on ? 'ON' : 'OFF'}</Status></LegalHold>`;
    return this.set(sha256, version, 'legal-hold', bytes);
  }

  /** Removes exactly this version for good; `locked` when the store keeps it. */
  async remove(sha256: string, version: string): Promise<'done' | 'locked'> {
    const answer = await expectStatus(await this.ask('DELETE', sha256, { version }), [200, 204, 404, 403]);
    answer.resume();
    return answer.statusCode === 403 ? 'locked' : 'done';
  }

  urlOf(sha256: string): URL {
    return new URL(`/${this.config.bucket}/${keyOf(sha256)}`, this.config.endpoint);
  }

  private async set(
    sha256: string,
    version: string,
    what: 'retention' | 'legal-hold',
    bytes: string,
  ): Promise<'done' | 'absent' | 'unlockable'> {
    const headers = {
      'content-length': String(Buffer.byteLength(bytes)),
      // The protocol asks for this digest with these two requests; nothing of ours rests on it.
      'content-md5': createHash('md5').update(bytes).digest('base64'),
    };
    const answer = await this.ask('PUT', sha256, { version, query: { [what]: '' }, headers, body: { bytes } });
    const said = await text(answer);
    if (answer.statusCode === 200 || answer.statusCode === 204) return 'done';
    if (/ObjectLockConfigurationNotFound|InvalidRequest|InvalidBucketState/.test(said)) return 'unlockable';
    if (answer.statusCode === 404) return 'absent';
    throw storeSaid(answer, said);
  }

  private ask(
    method: string,
    sha256: string,
    {
      version,
      query = {},
      headers = {},
      body,
    }: { version?: string; query?: Record<string, string>; headers?: Record<string, string>; body?: Body },
  ): Promise<IncomingMessage> {
    const url = this.urlOf(sha256);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (version && version !== 'null') url.searchParams.set('versionId', version);
    return this.send(method, url, headers, body);
  }

  private send(method: string, url: URL, headers: Record<string, string>, body?: Body): Promise<IncomingMessage> {
    // Signatures are judged by the store's own wall clock, so this is the one place where the machine's time is right.
    const digest = body && 'path' in body ? body.sha256 : sha256Of(body?.bytes ?? '');
    const signed = signRequest(method, url, headers, digest, this.config, new Date());
    return new Promise((done, fail) => {
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
        url,
        { method, headers: signed, timeout: IDLE_MS },
        done,
      );
      request.on('timeout', () => request.destroy(new Error('object store does not answer')));
      request.on('error', fail);
      if (body && 'path' in body) createReadStream(body.path).on('error', fail).pipe(request);
      else request.end(body?.bytes);
    });
  }
}

export function keyOf(sha256: string): string {
  if (!HEX64.test(sha256)) throw new RangeError('a blob is named by 64 lower-case hex digits');
  return `${sha256.slice(0, 2)}/${sha256}`;
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

const storeSaid = ({ statusCode }: IncomingMessage, said: string) =>
  new Error(`object store answered ${statusCode}: ${said.slice(0, 300)}`);

async function expectStatus(answer: IncomingMessage, allowed: number[]): Promise<IncomingMessage> {
  if (allowed.includes(answer.statusCode ?? 0)) return answer;
  throw storeSaid(answer, (await buffer(answer)).toString('utf8'));
}
