import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { FixedClock } from '../../kernel';
import { ObjectGateway, objectGatewayPresent } from '../testing/object-gateway';
import { MemoryVersions } from '../testing/memory-versions';
import { S3BlobDestroyer } from './s3-blob-destroyer';
import { S3BlobStore } from './s3-blob-store';
import { S3Bucket } from './s3-bucket';
import { signRequest } from './sign-request';

jest.setTimeout(180_000);

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const DAY_MS = 86_400_000;
const present = objectGatewayPresent();
// Said in the title, so that a run without the server can not be taken for one with it.
const described = present ? describe : describe.skip;

described(
  `S3BlobStore against Ceph's object gateway${present ? '' : ' (radosgw, ceph-mon, ceph-osd NOT FOUND, so not tried)'}`,
  () => {
    const bucket = 'nms-blobs';
    let gateway: ObjectGateway;
    let folder: string;
    let store: S3BlobStore;
    const known = new MemoryVersions();
    /** Leaves the lock to the bucket, which has none by default. */
    let unlocking: S3BlobStore;
    let destroyer: S3BlobDestroyer;

    /** A request of an administrator of the bucket, by hand: what our adapter never does. */
    async function ask(
      method: string,
      key: string,
      query: Record<string, string> = {},
      body: Buffer | string = '',
      more: Record<string, string> = {},
    ): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
      const url = new URL(`/${bucket}${key && `/${key}`}`, gateway.endpoint);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const headers = { 'content-length': String(Buffer.byteLength(body)), ...more };
      const keys = { region: 'us-east-1', accessKeyId: gateway.accessKeyId, secretAccessKey: gateway.secretAccessKey };
      const signed = signRequest(method, url, headers, sha256(body), keys, new Date());
      return new Promise((done, fail) => {
        const sent = request(url, { method, headers: signed }, (answer) => {
          const said = { status: answer.statusCode ?? 0, headers: answer.headers };
          text(answer).then((words) => done({ ...said, body: words }), fail);
        });
        sent.on('error', fail).end(body);
      });
    }

    const keyOf = (digest: string) => `${digest.slice(0, 2)}/${digest}`;
    const put = (words = `blob ${randomUUID()}`) => store.putOnce(Buffer.from(words));
    const versions = async (digest: string) =>
      [...(await ask('GET', '', { versions: '', prefix: keyOf(digest) })).body.matchAll(/<VersionId>([^<]+)</g)].map(
        ([, id]) => id!,
      );

    beforeAll(async () => {
      gateway = await ObjectGateway.start();
      folder = mkdtempSync(join(tmpdir(), 'nms-s3-real-'));
      expect(await ask('PUT', '', {}, '', { 'x-amz-bucket-object-lock-enabled': 'true' })).toMatchObject({ status: 200 });
      const { endpoint, accessKeyId, secretAccessKey } = gateway;
      const config = { endpoint, bucket, region: 'us-east-1', accessKeyId, secretAccessKey, lockDays: 30 };
      store = new S3BlobStore(new S3Bucket(config), 30, folder, new FixedClock(new Date()), known);
      unlocking = new S3BlobStore(new S3Bucket(config), 0, folder, new FixedClock(new Date()), known);
      destroyer = new S3BlobDestroyer(new S3Bucket(config), known, 0);
    });
    afterAll(async () => {
      await gateway?.stop();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    it('puts, finds, reads, reads a range, lists, and leaves nothing aside', async () => {
      const ref = await put('0123456789');
      expect(ref).toMatchObject({ sha256: sha256('0123456789'), size: 10 });
      expect(await store.stat(ref.sha256)).toEqual({ size: 10 });
      expect(await text(await store.get(ref.sha256))).toBe('0123456789');
      const source = await store.source(ref.sha256);
      expect(Buffer.from(await source.read(3, 4)).toString()).toBe('3456');
      await expect(source.read(8, 4)).rejects.toThrow();
      const listed = [];
      for await (const each of store.list()) listed.push(each.sha256);
      expect(listed).toContain(ref.sha256);
      expect(await store.examine(ref.sha256, 10)).toMatchObject({ fault: null });
      expect(readdirSync(folder)).toEqual([]);
    });

    it('takes an empty blob and one of 20 MiB, byte for byte', async () => {
      const large = Buffer.alloc(20 * 1024 * 1024, 'evidence');
      const ref = await store.putOnce(Readable.from([large]));
      expect(sha256(await buffer(await store.get(ref.sha256)))).toBe(ref.sha256);
      const none = await store.putOnce(Buffer.alloc(0));
      expect(await store.examine(none.sha256, 0)).toMatchObject({ fault: null });
    });

    it('the same bytes again are not put again; eight at once are one blob without fault, though this server takes each as a version', async () => {
      const words = `same ${randomUUID()}`;
      const [ref] = await Promise.all(Array.from({ length: 8 }, () => put(words)));
      const { length } = await versions(ref!.sha256);
      await put(words);
      expect(await versions(ref!.sha256)).toHaveLength(length);
      expect(await store.examine(ref!.sha256, ref!.size)).toMatchObject({ fault: null });
      expect(await text(await store.get(ref!.sha256))).toBe(words);
    });

    it('F12 locks what it puts: nobody, the owner of the bucket included, removes the version or shortens its lock', async () => {
      const { sha256: digest } = await put();
      const [version] = await versions(digest);
      const of = { versionId: version! };
      const lock = await ask('GET', keyOf(digest), { ...of, retention: '' });
      expect(lock.body).toContain('<Mode>COMPLIANCE</Mode>');
      const until = new Date(/<RetainUntilDate>([^<]+)</.exec(lock.body)![1]!).getTime();
      expect(Math.abs(until - Date.now() - 30 * DAY_MS)).toBeLessThan(DAY_MS);
      expect((await ask('DELETE', keyOf(digest), of)).status).toBe(403);
      expect((await ask('DELETE', keyOf(digest), of, '', { 'x-amz-bypass-governance-retention': 'true' })).status).toBe(403);
      const shorter = `<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${new Date(Date.now() + DAY_MS).toISOString()}</RetainUntilDate></Retention>`;
      expect((await ask('PUT', keyOf(digest), { ...of, retention: '' }, shorter)).status).toBe(403);
      expect(await store.examine(digest, (await store.stat(digest))!.size)).toMatchObject({ fault: null });
    });

    it('F12 tells a delete marker and a version laid over, and never reads the later one', async () => {
      const marked = await put('marked');
      expect((await ask('DELETE', keyOf(marked.sha256))).status).toBe(204);
      expect(await store.examine(marked.sha256, marked.size)).toMatchObject({ fault: 'deleteMarker' });
      await expect(store.get(marked.sha256)).rejects.toThrow('delete marker');
      const over = await put('ours');
      expect((await ask('PUT', keyOf(over.sha256), {}, 'more')).status).toBe(200);
      expect(await text(await store.get(over.sha256))).toBe('ours');
      const source = await store.source(over.sha256);
      expect(Buffer.from(await source.read(0, source.size)).toString()).toBe('ours');
      expect(await store.examine(over.sha256, over.size)).toMatchObject({ fault: 'changed', observed: '2 versions' });
    });

    it('F03 bytes that are not those of their name are refused on arrival and make no object', async () => {
      const digest = sha256(randomUUID());
      const url = new URL(`/${bucket}/${keyOf(digest)}`, gateway.endpoint);
      const keys = { region: 'us-east-1', accessKeyId: gateway.accessKeyId, secretAccessKey: gateway.secretAccessKey };
      const headers = signRequest('PUT', url, { 'content-length': '5' }, digest, keys, new Date());
      const status = await new Promise((done, fail) => {
        request(url, { method: 'PUT', headers }, (answer) => done(answer.resume().statusCode))
          .on('error', fail)
          .end('other');
      });
      expect(status).toBe(400);
      expect(await store.stat(digest)).toBeNull();
    });

    it('F03 an upload that is cut off makes no object', async () => {
      const digest = sha256(randomUUID());
      const url = new URL(`/${bucket}/${keyOf(digest)}`, gateway.endpoint);
      const keys = { region: 'us-east-1', accessKeyId: gateway.accessKeyId, secretAccessKey: gateway.secretAccessKey };
      const headers = signRequest('PUT', url, { 'content-length': '1000000' }, digest, keys, new Date());
      const socket = connect(Number(url.port), '127.0.0.1');
      const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      await new Promise<void>((sent) =>
        socket.write(`PUT ${url.pathname} HTTP/1.1\r\n${head.join('')}\r\n${'x'.repeat(1000)}`, () => sent()),
      );
      await new Promise((closed) => socket.once('close', closed).destroy());
      // The next answer of the same server comes after it has seen the end of the connection or long before the bytes are whole.
      expect(await store.stat(digest)).toBeNull();
      expect(await versions(digest)).toEqual([]);
    });

    it('writes down the version that it put and reads that one, also when another with the same bytes lies over it', async () => {
      const ref = await put();
      const [version] = await versions(ref.sha256);
      expect(await known.of(ref.sha256)).toBe(version);
      expect((await ask('DELETE', keyOf(ref.sha256), { versionId: 'not-ours' })).status).toBeLessThan(500);
      expect((await ask('PUT', keyOf(ref.sha256), {}, 'something else')).status).toBe(200);
      expect(sha256(await buffer(await store.get(ref.sha256)))).toBe(ref.sha256);
      expect(await store.stat(ref.sha256)).toEqual({ size: ref.size });
      expect(await known.of(ref.sha256)).toBe(version);
    });

    it('prolongs the lock, never shortens it, sets and lifts a hold', async () => {
      const { sha256: digest } = await put();
      const of = { versionId: (await known.of(digest))! };
      const untilOf = async () =>
        Date.parse(/<RetainUntilDate>([^<]+)</.exec((await ask('GET', keyOf(digest), { ...of, retention: '' })).body)![1]!);
      const locked = await untilOf();
      await store.retainUntil(digest, new Date(Date.now() + DAY_MS));
      expect(await untilOf()).toBe(locked);
      const longer = new Date(Math.ceil(Date.now() / 1000) * 1000 + 400 * DAY_MS);
      expect(await store.retainUntil(digest, longer)).toEqual(longer);
      expect(Math.abs((await untilOf()) - longer.getTime())).toBeLessThan(1_000);
      for (const on of [true, false]) {
        await store.legalHold(digest, on);
        expect((await ask('GET', keyOf(digest), { ...of, 'legal-hold': '' })).body).toContain(on ? 'ON' : 'OFF');
      }
    });

    it('F30 destroys by exact version, not while it is locked or held; a put that finds it prolongs its lock', async () => {
      const free = () => Promise.resolve(true);
      const locked = await put();
      expect(await destroyer.destroy(locked.sha256, free)).toMatchObject({
        outcome: 'waits',
        because: 'locked',
        until: expect.any(Date),
      });
      const words = `to go ${randomUUID()}`;
      const { sha256: digest } = await unlocking.putOnce(Buffer.from(words));
      await store.legalHold(digest, true);
      expect(await destroyer.destroy(digest, free)).toMatchObject({ outcome: 'waits', because: 'legalHold' });
      await store.legalHold(digest, false);
      expect(await destroyer.destroy(digest, () => Promise.resolve(false))).toEqual({ outcome: 'taken' });
      const version = (await known.of(digest))!;
      expect(await destroyer.destroy(digest, free)).toEqual({ outcome: 'destroyed', versions: [version] });
      expect(await versions(digest)).toEqual([]); // no delete marker either
      expect([await store.stat(digest), await destroyer.destroy(digest, free)]).toEqual([null, { outcome: 'absent' }]);

      const again = await unlocking.putOnce(Buffer.from(words));
      const met = await destroyer.destroy(again.sha256, async () => {
        await unlocking.putOnce(Buffer.from(words));
        return true;
      });
      expect(met).toMatchObject({ outcome: 'waits', because: 'locked' });
      expect(await text(await store.get(again.sha256))).toBe(words);
    });

    it('refuses a wrong secret in words', async () => {
      const { endpoint, accessKeyId } = gateway;
      const config = { endpoint, bucket, region: 'us-east-1', accessKeyId, secretAccessKey: 'wrong', lockDays: 0 };
      const other = new S3BlobStore(new S3Bucket(config), 0, folder, new FixedClock(new Date()), new MemoryVersions());
      await expect(other.putOnce(Buffer.from('x'))).rejects.toThrow('403');
    });
  },
);
