import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { FixedClock } from '../../kernel';
import { MemoryVersions } from '../testing/memory-versions';
import { S3BlobDestroyer } from './s3-blob-destroyer';
import { S3BlobStore } from './s3-blob-store';
import { S3Bucket } from './s3-bucket';
import { signRequest } from './sign-request';

const KEYS = {
  region: 'us-east-1',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

it('signs as the worked example of the protocol does', () => {
  const { authorization } = signRequest(
    'GET',
    new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
    { range: 'bytes=0-9' },
    sha256(''),
    KEYS,
    new Date('2013-05-24T00:00:00Z'),
  );
  expect(authorization).toContain('Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
});

describe('S3BlobStore', () => {
  interface Played {
    bytes: Buffer;
    headers: NodeJS.Dict<string | string[]>;
    version: string;
    at: string;
    until?: string;
    hold?: string;
    marker?: true;
  }
  const DAY_MS = 86_400_000;
  const AT = '2026-11-25T00:00:00.000Z';
  const versions = new MemoryVersions();
  let destroyer: S3BlobDestroyer;
  /** False: a bucket that was made without object lock. */
  let hasLocks = true;
  /** Every request but those for lists, as `METHOD ?query`, oldest first. */
  const requests: string[] = [];
  /** Every version of every key, newest last, as a bucket with versions keeps them. */
  const objects = new Map<string, Played[]>();
  let server: Server;
  let store: S3BlobStore;
  let folder: string;
  /** Leaves the lock of what it puts to the bucket, which has none by default. */
  let unlocking: S3BlobStore;
  let made = 0;

  /** One version a page, so that reading on is tried too. */
  function listing(asked: URLSearchParams): string {
    const all = [...objects].flatMap(([path, kept]) =>
      kept.map((each, n) => ({ ...each, key: path.slice('/blobs/'.length), n, isLatest: n === kept.length - 1 })),
    );
    const fitting = all.filter(({ key }) => key.startsWith(asked.get('prefix') ?? ''));
    const last = fitting.findIndex(
      ({ key, version }) => key === asked.get('key-marker') && version === asked.get('version-id-marker'),
    );
    const each = fitting[last + 1];
    if (!each) return '<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>';
    const tag = each.marker ? 'DeleteMarker' : 'Version';
    const more = last + 2 < fitting.length;
    return `<?xml version="1.0"?><ListVersionsResult><IsTruncated>${more}</IsTruncated><NextKeyMarker>${each.key}</NextKeyMarker>
      <NextVersionIdMarker>${each.version}</NextVersionIdMarker><${tag}><Key>${each.key}</Key><VersionId>${each.version}</VersionId>
      <IsLatest>${each.isLatest}</IsLatest><LastModified>${each.at}</LastModified><ETag>"junk"</ETag><Size>${each.bytes.length}</Size></${tag}></ListVersionsResult>`;
  }

  /** What the store relies on: conditional writes, the checksum on arrival, ranges. */
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 's3-'));
    server = createServer((request, response) => {
      void (async () => {
        const { pathname: key, searchParams } = new URL(request.url!, 'http://played');
        const kept = objects.get(key) ?? [];
        const asked = searchParams.get('versionId');
        const newest = asked ? kept.find(({ version }) => version === asked) : kept.at(-1);
        const there = newest?.marker ? undefined : newest;
        if (!request.headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${KEYS.accessKeyId}/`))
          return response.writeHead(403).end();
        if (searchParams.has('versions')) return response.end(listing(searchParams));
        requests.push(`${request.method} ${searchParams}`);
        const body = await buffer(request);
        for (const [what, tag] of [
          ['retention', 'RetainUntilDate'],
          ['legal-hold', 'Status'],
        ] as const) {
          if (!searchParams.has(what)) continue;
          const field = what === 'retention' ? 'until' : 'hold';
          if (!there) return response.writeHead(404).end('<Code>NoSuchVersion</Code>');
          if (!hasLocks) return response.writeHead(400).end('<Code>InvalidRequest</Code>');
          if (request.method === 'GET') {
            const value = there[field];
            return value
              ? response.end(`<X><${tag}>${value}</${tag}></X>`)
              : response.writeHead(404).end('<Code>NoSuchObjectLockConfiguration</Code>');
          }
          if (createHash('md5').update(body).digest('base64') !== request.headers['content-md5'])
            return response.writeHead(400).end();
          const value = new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(body.toString())![1]!;
          if (what === 'retention' && there.until && value < there.until) return response.writeHead(403).end();
          there[field] = value;
          return response.writeHead(200).end();
        }
        if (request.method === 'DELETE') {
          if (!requests.at(-1)!.includes('versionId=')) return response.writeHead(500).end('would leave a marker');
          if (there && (there.hold === 'ON' || (there.until && new Date(there.until) > new Date())))
            return response.writeHead(403).end();
          objects.set(
            key,
            kept.filter((each) => each !== there),
          );
          return response.writeHead(204).end();
        }
        if (request.method === 'PUT') {
          const bytes = body;
          if (there && request.headers['if-none-match'] === '*') return response.writeHead(412).end();
          if (createHash('sha256').update(bytes).digest('base64') !== request.headers['x-amz-checksum-sha256'])
            return response.writeHead(400).end('BadDigest');
          const version = `v${(made += 1)}`;
          const until = request.headers['x-amz-object-lock-retain-until-date'] as string | undefined;
          const at = new Date(Date.now() - 2 * DAY_MS + made).toISOString();
          objects.set(key, [...kept, { bytes, headers: request.headers, version, at, ...(until && { until }) }]);
          return response.writeHead(200, { 'x-amz-version-id': version }).end();
        }
        if (!there) return response.writeHead(404).end();
        const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
        const bytes = range ? there.bytes.subarray(Number(range[1]), Number(range[2]) + 1) : there.bytes;
        return response
          .writeHead(range ? 206 : 200, { 'content-length': bytes.length })
          .end(request.method === 'HEAD' ? undefined : bytes);
      })();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const config = { ...KEYS, endpoint: `http://127.0.0.1:${port}`, bucket: 'blobs', lockDays: 30 };
    const bucket = new S3Bucket(config);
    store = new S3BlobStore(bucket, 30, folder, new FixedClock(new Date('2056-11-22T00:00:00Z')), versions);
    unlocking = new S3BlobStore(bucket, 0, folder, new FixedClock(new Date()), versions);
    destroyer = new S3BlobDestroyer(bucket, versions);
  });
  afterAll(async () => {
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    objects.clear();
    requests.length = 0;
    hasLocks = true;
  });

  it('puts a blob once, locked, and reads it whole, in part and by size', async () => {
    const bytes = Buffer.from('网页原件'.repeat(1000));
    const ref = await store.putOnce(bytes);
    expect(ref).toMatchObject({ sha256: sha256(bytes), size: bytes.length });
    expect([...objects.values()][0]![0]!.headers).toMatchObject({
      'x-amz-object-lock-mode': 'COMPLIANCE',
      'x-amz-object-lock-retain-until-date': '2056-12-22T00:00:00.000Z',
    });
    expect(await text(await store.get(ref.sha256))).toBe(bytes.toString());
    expect(await store.stat(ref.sha256)).toEqual({ size: bytes.length });
    const source = await store.source(ref.sha256);
    expect(Buffer.from(await source.read(3, 9)).toString()).toBe(bytes.subarray(3, 12).toString());
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes the same bytes again without a word, and tells when the stored ones were changed', async () => {
    await store.putOnce(Buffer.from('a'));
    await expect(store.putOnce(Buffer.from('a'))).resolves.toMatchObject({ size: 1 });
    for (const [object] of objects.values()) object!.bytes = Buffer.from('b');
    await expect(store.putOnce(Buffer.from('a'))).rejects.toThrow('no longer has its digest');
  });

  it('knows what is not there, and takes no other names', async () => {
    expect(await store.stat('0'.repeat(64))).toBeNull();
    await expect(store.get('0'.repeat(64))).rejects.toThrow('is not in the object store');
    expect(await store.examine('0'.repeat(64), 1)).toMatchObject({ fault: 'missing' });
    await expect(store.stat('../secret')).rejects.toThrow(RangeError);
  });

  it('lists every blob over several pages', async () => {
    const refs = await Promise.all(['a', 'b', 'c'].map((each) => store.putOnce(Buffer.from(each))));
    const found = [];
    for await (const { sha256: each } of store.list()) found.push(each);
    expect(found.sort()).toEqual(refs.map((ref) => ref.sha256).sort());
  });

  it('F12 reads the version that was put, never a later one, and calls a second version and a delete marker by their names', async () => {
    const ref = await store.putOnce(Buffer.from('ours'));
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: null });
    const [kept] = objects.values();
    kept!.push({ bytes: Buffer.from('more'), headers: {}, version: 'later', at: AT });
    expect(await text(await store.get(ref.sha256))).toBe('ours');
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: 'changed', observed: '2 versions' });
    kept!.splice(1, 1, { bytes: Buffer.alloc(0), headers: {}, version: 'later', at: AT, marker: true });
    await expect(store.get(ref.sha256)).rejects.toThrow('delete marker');
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: 'deleteMarker', observed: 'later' });
  });

  it('a server that ignores the condition of a put: what is there is not put again, and the same bytes twice are no damage', async () => {
    const ref = await store.putOnce(Buffer.from('ours'));
    const [kept] = objects.values();
    await store.putOnce(Buffer.from('ours'));
    expect(kept).toHaveLength(1);
    kept!.push({ bytes: Buffer.from('ours'), headers: {}, version: 'later', at: AT });
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: null });
    kept![1]!.bytes = Buffer.from('Ours');
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: 'changed', observed: '2 versions' });
  });

  it('F12 tells a shortened, a changed and a missing object', async () => {
    const ref = await store.putOnce(Buffer.from('ours'));
    const [kept] = objects.values();
    kept![0]!.bytes = Buffer.from('our');
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: 'shortened', observed: '3' });
    kept![0]!.bytes = Buffer.from('mine');
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: 'changed' });
    objects.clear();
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: 'missing' });
  });

  it('F12 reads exactly the version that was written down, and calls it missing when it is gone, whatever lies beside it', async () => {
    const ref = await store.putOnce(Buffer.from('ours'));
    const [kept] = objects.values();
    // Older by the store's own list than ours, and with the very bytes of the name: still not the one that was put.
    kept!.unshift({ bytes: Buffer.from('ours'), headers: {}, version: 'planted', at: '2020-01-01T00:00:00.000Z' });
    requests.length = 0;
    expect(await text(await store.get(ref.sha256))).toBe('ours');
    const source = await store.source(ref.sha256);
    await source.read(0, 2);
    expect(requests).toEqual([`GET versionId=${kept![1]!.version}`, `GET versionId=${kept![1]!.version}`]);
    kept!.pop();
    await expect(store.get(ref.sha256)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await store.stat(ref.sha256)).toBeNull();
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: 'missing', observed: '1 other versions' });
    versions.forget(ref.sha256); // put before versions were written down: the oldest
    expect(await text(await store.get(ref.sha256))).toBe('ours');
  });

  it('prolongs a lock when evidence must be kept longer, never shortens it, and sets and lifts a hold', async () => {
    const ref = await store.putOnce(Buffer.from('locked'));
    const [[object]] = objects.values() as unknown as [Played[]];
    expect(await store.retainUntil(ref.sha256, new Date('2030-01-01T00:00:00Z'))).toEqual(new Date('2056-12-22T00:00:00Z'));
    expect(requests.filter((line) => line.startsWith('PUT'))).toHaveLength(1); // the put itself
    expect(await store.retainUntil(ref.sha256, new Date('2060-01-01T00:00:00Z'))).toEqual(new Date('2060-01-01T00:00:00Z'));
    expect(object!.until).toBe('2060-01-01T00:00:00.000Z');
    await store.legalHold(ref.sha256, true);
    expect(object!.hold).toBe('ON');
    await store.legalHold(ref.sha256, false);
    expect(object!.hold).toBe('OFF');
    await expect(store.retainUntil('0'.repeat(64), new Date())).rejects.toMatchObject({ code: 'ENOENT' });
    hasLocks = false;
    await expect(store.retainUntil(ref.sha256, new Date('2070-01-01T00:00:00Z'))).rejects.toThrow('unlockable');
  });

  describe('S3BlobDestroyer', () => {
    const free = () => Promise.resolve(true);
    const only = () => [...objects.values()][0]!;

    it('F30 waits for the end of the lock and for the hold to be lifted, and then deletes exactly our versions', async () => {
      const ref = await unlocking.putOnce(Buffer.from('to go'));
      const kept = only();
      kept.push({ bytes: Buffer.from('to go'), headers: {}, version: 'twin', at: AT });
      kept.push({ bytes: Buffer.from('another'), headers: {}, version: 'alien', at: AT });
      kept[0]!.until = '2056-12-22T00:00:00.000Z';
      expect(await destroyer.destroy(ref.sha256, free)).toEqual({
        outcome: 'waits',
        because: 'locked',
        until: new Date('2056-12-22T00:00:00.000Z'),
      });
      kept[0]!.until = AT;
      kept[0]!.hold = 'ON';
      expect(await destroyer.destroy(ref.sha256, free)).toEqual({ outcome: 'waits', because: 'legalHold', until: null });
      kept[0]!.hold = 'OFF';
      expect(await destroyer.destroy(ref.sha256, () => Promise.resolve(false))).toEqual({ outcome: 'taken' });
      expect(only()).toHaveLength(3);
      const own = kept[0]!.version;
      expect(await destroyer.destroy(ref.sha256, free)).toEqual({ outcome: 'destroyed', versions: ['twin', own] });
      expect(only().map(({ version }) => version)).toEqual(['alien']); // not ours: left for whoever looks into it
      expect(requests.filter((line) => line.startsWith('DELETE'))).toEqual(['DELETE versionId=twin', `DELETE versionId=${own}`]);
      expect(await versions.of(ref.sha256)).toBeNull();
      objects.clear();
      expect(await destroyer.destroy(ref.sha256, free)).toEqual({ outcome: 'absent' });
    });

    it('a put that finds the blob prolongs its lock by a day at least, and then the store itself refuses to remove it', async () => {
      const ref = await unlocking.putOnce(Buffer.from('again'));
      expect(only()[0]!.until).toBeUndefined();
      // The put comes after the destroyer has looked at lock and references, and before it removes.
      const met = await destroyer.destroy(ref.sha256, async () => {
        await unlocking.putOnce(Buffer.from('again'));
        return true;
      });
      expect(met).toMatchObject({ outcome: 'waits', because: 'locked' });
      expect(new Date(only()[0]!.until!).getTime()).toBeGreaterThan(Date.now() + DAY_MS / 2);
      expect(only()).toHaveLength(1);
      expect(await text(await unlocking.get(ref.sha256))).toBe('again');
    });

    it('a put whose blob is destroyed while it looks puts its own bytes', async () => {
      const ref = await unlocking.putOnce(Buffer.from('gone'));
      const staged = await unlocking.stage(Buffer.from('gone'));
      const look = jest.spyOn(S3Bucket.prototype, 'lockOf').mockImplementationOnce(async function (this: S3Bucket, _sha256, of) {
        look.mockRestore(); // found, and about to be prolonged
        expect(await destroyer.destroy(ref.sha256, free)).toMatchObject({ outcome: 'destroyed' });
        return this.lockOf(ref.sha256, of);
      });
      await staged.settle();
      await staged.drop();
      expect(await text(await unlocking.get(ref.sha256))).toBe('gone');
      expect(only()).toHaveLength(1);
    });

    it('in a bucket without locks a blob that was put again lately waits for a day', async () => {
      hasLocks = false;
      const ref = await unlocking.putOnce(Buffer.from('plain'));
      await unlocking.putOnce(Buffer.from('plain'));
      expect(only()).toHaveLength(2); // the second tells the time at which it was put again
      only()[1]!.at = new Date().toISOString();
      expect(await destroyer.destroy(ref.sha256, free)).toMatchObject({ outcome: 'waits', because: 'recentlyPut' });
      only()[1]!.at = AT;
      expect(await destroyer.destroy(ref.sha256, free)).toMatchObject({ outcome: 'destroyed' });
      expect(only()).toEqual([]);
    });
  });
});
