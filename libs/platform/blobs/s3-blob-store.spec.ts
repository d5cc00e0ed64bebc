import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { FixedClock } from '../../kernel';
import { S3BlobStore } from './s3-blob-store';
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
    marker?: true;
  }
  /** Every version of every key, newest last, as a bucket with versions keeps them. */
  const objects = new Map<string, Played[]>();
  let server: Server;
  let store: S3BlobStore;
  let folder: string;

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
      <IsLatest>${each.isLatest}</IsLatest><LastModified>2026-11-2${each.n}T00:00:00.000Z</LastModified><ETag>"junk"</ETag><Size>${each.bytes.length}</Size></${tag}></ListVersionsResult>`;
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
        if (request.method === 'PUT') {
          const bytes = await buffer(request);
          if (there && request.headers['if-none-match'] === '*') return response.writeHead(412).end();
          if (createHash('sha256').update(bytes).digest('base64') !== request.headers['x-amz-checksum-sha256'])
            return response.writeHead(400).end('BadDigest');
          objects.set(key, [...kept, { bytes, headers: request.headers, version: `v${kept.length + 1}` }]);
          return response.writeHead(200).end();
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
    store = new S3BlobStore(config, folder, new FixedClock(new Date('2026-11-22T00:00:00Z')));
  });
  afterAll(async () => {
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => objects.clear());

  it('puts a blob once, locked, and reads it whole, in part and by size', async () => {
    const bytes = Buffer.from('网页原件'.repeat(1000));
    const ref = await store.putOnce(bytes);
    expect(ref).toMatchObject({ sha256: sha256(bytes), size: bytes.length });
    expect([...objects.values()][0]![0]!.headers).toMatchObject({
      'x-amz-object-lock-mode': 'COMPLIANCE',
      'x-amz-object-lock-retain-until-date': '2026-12-22T00:00:00.000Z',
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
    kept!.push({ bytes: Buffer.from('more'), headers: {}, version: 'v2' });
    expect(await text(await store.get(ref.sha256))).toBe('ours');
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: 'changed', observed: '2 versions' });
    kept!.splice(1, 1, { bytes: Buffer.alloc(0), headers: {}, version: 'v2', marker: true });
    await expect(store.get(ref.sha256)).rejects.toThrow('delete marker');
    expect(await store.examine(ref.sha256, 4)).toMatchObject({ fault: 'deleteMarker', observed: 'v2' });
  });

  it('a server that ignores the condition of a put: what is there is not put again, and the same bytes twice are no damage', async () => {
    const ref = await store.putOnce(Buffer.from('ours'));
    const [kept] = objects.values();
    await store.putOnce(Buffer.from('ours'));
    expect(kept).toHaveLength(1);
    kept!.push({ bytes: Buffer.from('ours'), headers: {}, version: 'v2' });
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
});
