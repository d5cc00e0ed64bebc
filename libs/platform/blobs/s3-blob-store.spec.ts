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
  const objects = new Map<string, { bytes: Buffer; headers: NodeJS.Dict<string | string[]> }>();
  let server: Server;
  let store: S3BlobStore;
  let folder: string;

  /** What the store relies on: conditional writes, the checksum on arrival, ranges. */
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 's3-'));
    server = createServer((request, response) => {
      void (async () => {
        const key = request.url!;
        const there = objects.get(key);
        if (!request.headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${KEYS.accessKeyId}/`))
          return response.writeHead(403).end();
        if (request.method === 'PUT') {
          const bytes = await buffer(request);
          if (there && request.headers['if-none-match'] === '*') return response.writeHead(412).end();
          if (createHash('sha256').update(bytes).digest('base64') !== request.headers['x-amz-checksum-sha256'])
            return response.writeHead(400).end('BadDigest');
          objects.set(key, { bytes, headers: request.headers });
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
    expect([...objects.values()][0]!.headers).toMatchObject({
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
    for (const object of objects.values()) object.bytes = Buffer.from('b');
    await expect(store.putOnce(Buffer.from('a'))).rejects.toThrow('no longer has its digest');
  });

  it('knows what is not there, and takes no other names', async () => {
    expect(await store.stat('0'.repeat(64))).toBeNull();
    await expect(store.get('0'.repeat(64))).rejects.toThrow('object store answered 404');
    await expect(store.stat('../secret')).rejects.toThrow(RangeError);
  });
});
