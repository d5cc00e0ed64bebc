import { closeSync, ftruncateSync, openSync, statfsSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import {
  type ByteSource,
  digestsOf,
  jsonBytes,
  jsonLines,
  parseNote,
  parseSeal,
  type Report,
  sealText,
  signNote,
  surveyFiles,
  type SurveyedFile,
  trustBundleBytes,
  utf8,
  writeContainer,
} from '../../libs/proof';
import {
  aManifest,
  aReport,
  aStampedPackage,
  aTrustBundle,
  evp,
  fixed,
  pcapOf,
  sealed,
  testKeys,
  theChecks,
  type Files,
} from '../../libs/proof/testing';
import { MeasuredVerifier } from '../bench/measured-verifier';

jest.setTimeout(900_000);

/** `NMS_NIGHTLY=1 npm test -- verifier-resources`: the package of 8 GiB, which takes half a minute of hashing, is for the night. */
const NIGHTLY = process.env.NMS_NIGHTLY === '1';
const GIB = 1024 ** 3;
/** Longer than this is a hang on any machine; how fast the verifier is, `npm run bench -- evidence-verify` says. */
const HANG_MS = 60_000;
const at = ['--at', '2026-11-23T00:00:00.000Z'];

const verifier = new MeasuredVerifier();
const trust = join(verifier.folder, 'trust.json');
const file = (name: string) => join(verifier.folder, name);
const reportOf = (out: string) => JSON.parse(out) as Report;
const codes = (out: string) => [...new Set(reportOf(out).reasons.map(({ code }) => code))];

beforeAll(() => writeFileSync(trust, trustBundleBytes(aTrustBundle())));

/** Zeros that lie on no disk. */
function zeros(size: number): ByteSource {
  return { size, read: async (_offset, length) => new Uint8Array(length) };
}

/** Writes a container whose zeros are holes of the file. */
async function writeSparse(path: string, files: SurveyedFile[]): Promise<void> {
  const out = openSync(path, 'w');
  let at = 0;
  await writeContainer(files, (chunk) => {
    if (chunk.length < 1024 * 1024) writeSync(out, chunk, 0, chunk.length, at);
    at += chunk.length;
  });
  ftruncateSync(out, at);
  closeSync(out);
}

/** A sealed package with one file of so many zeros. */
async function hugePackage(path: string, size: number): Promise<void> {
  const [huge] = await surveyFiles([{ path: 'content/video.webm', source: zeros(size) }]);
  const small = {
    'record/request.json': utf8('{}'),
    'record/environment.json': jsonBytes({ ...theChecks('2026-11-22T03:29:30.000Z'), verdict: 'clean' }),
  };
  const line = { path: huge!.path, size, sha256: huge!.sha256, sm3: huge!.sm3 };
  const listed = aManifest({ ...small, [line.path]: utf8('x') }).files;
  const made = await fixed(small, { files: listed.map((entry) => (entry.path === line.path ? { ...entry, ...line } : entry)) });
  const seal = parseSeal(parseNote((await sealed(made)).SEAL!).text);
  const SEAL = await signNote(sealText({ ...seal, files: [...seal.files, line] }), [testKeys.seal]);
  const rest = await surveyFiles(Object.entries({ ...made, SEAL }).map(([name, source]) => ({ path: name, source })));
  await writeSparse(path, [...rest, huge!]);
}

describe('F33: sizes that nobody should need', () => {
  it('F33, F16: a container of 1,000,000 entries is refused at once', () => {
    const path = file('million.evp');
    const out = openSync(path, 'w');
    const count = 1_000_000;
    const name = (n: number) => `content/${String(n).padStart(7, '0')}`;
    const local = Buffer.alloc(30 + 15);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(15, 26);
    const central = Buffer.alloc(46 + 15);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(15, 28);
    for (const [head, from] of [
      [local, 30],
      [central, 46],
    ] as const) {
      const block = Buffer.alloc(10_000 * head.length);
      for (let first = 0; first < count; first += 10_000) {
        for (let n = 0; n < 10_000; n++) {
          head.write(name(first + n), from);
          if (head === central) head.writeUInt32LE((first + n) * local.length, 42);
          head.copy(block, n * head.length);
        }
        writeSync(out, block);
      }
    }
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(0xffff, 8);
    end.writeUInt16LE(0xffff, 10);
    end.writeUInt32LE(count * central.length, 12);
    end.writeUInt32LE(count * local.length, 16);
    writeSync(out, end);
    closeSync(out);
    const { code, out: said, rssMiB, ms } = verifier.run(path, trust, ...at);
    expect([code, codes(said)]).toEqual([1, ['LIMIT']]);
    expect(rssMiB).toBeLessThan(160);
    expect(ms).toBeLessThan(HANG_MS);
  });

  it('F33: a package of 20,000 files passes within 160 MiB', async () => {
    const many: Files = { 'record/request.json': utf8('{}') };
    // README, MANIFEST and the like belong to the 20,000.
    for (let n = 0; n < 19_995; n++) many[`content/f${String(n).padStart(6, '0')}.txt`] = utf8(`file ${n}`);
    const bytes = await evp(await sealed(await fixed(many)));
    writeFileSync(file('many.evp'), bytes);
    const { code, rssMiB } = verifier.run(file('many.evp'), trust, '--level', 'L2', ...at);
    expect(code).toBe(0);
    expect(rssMiB).toBeLessThan(160);
    // Every one of them changed at once: each is named, and naming them is not what takes the time.
    const other = { ...aTrustBundle(), signers: [] };
    writeFileSync(file('nobody.json'), trustBundleBytes(other));
    const wrong = Uint8Array.from(bytes);
    for (let i = 0, n = 0; n < 19_000; n++) {
      i = Buffer.from(wrong.buffer).indexOf('file ', i + 1);
      wrong[i]! ^= 1;
    }
    writeFileSync(file('wrong.evp'), wrong);
    const damaged = verifier.run(file('wrong.evp'), trust, '--level', 'L2', ...at);
    expect(damaged.code).toBe(1);
    expect(reportOf(damaged.out).reasons.length).toBeGreaterThan(19_000);
    expect(damaged.ms).toBeLessThan(HANG_MS);
  });

  const size = NIGHTLY ? 8 * GIB : GIB / 2;
  it(`F33: a package of ${size / GIB} GiB passes within 160 MiB`, async () => {
    const { bavail, bsize } = statfsSync(verifier.folder);
    expect(bavail * bsize).toBeGreaterThan(GIB / 8); // it lies on the disk as holes
    await hugePackage(file('huge.evp'), size);
    const { code, rssMiB, out } = verifier.run(file('huge.evp'), trust, '--level', 'L2', ...at);
    expect([code, reportOf(out).reasons]).toEqual([0, []]);
    expect(rssMiB).toBeLessThan(160);
  });
});

describe('I-18: at most 1 MiB that wants to be large', () => {
  const bounded = (bytes: Uint8Array, name: string, ...more: string[]) => {
    expect(bytes.length).toBeLessThanOrEqual(1024 * 1024);
    writeFileSync(file(name), bytes);
    const told = verifier.run(file(name), trust, '--level', 'L1', ...at, ...more);
    expect(told.rssMiB).toBeLessThan(256);
    expect(told.ms).toBeLessThan(HANG_MS);
    expect(told.code).toBe(1);
    return told;
  };

  it('I-18, F16: gzip members that unpack to a gigabyte', async () => {
    const member = gzipSync(Buffer.alloc(60 * 1024 * 1024), { level: 9 });
    const { files } = await aStampedPackage({
      wacz: { records: (records) => Array.from({ length: 15 }, () => records[1]!), member: () => new Uint8Array(member) },
    });
    bounded(await evp(files), 'bomb.evp');
  });

  it('I-18: a report with ten thousand attachments of 16 MiB each', async () => {
    const packed = deflateSync(Buffer.alloc(16 * 1024 * 1024));
    const { files } = await aStampedPackage({
      files: (all) => {
        const report = aReport(all['MANIFEST.json']!);
        const many = utf8(
          `${'/Type /EmbeddedFile\n'.repeat(10_000)}/Length ${packed.length}\n/Filter /FlateDecode\n>>\nstream\n`,
        );
        return { ...all, 'report/report.pdf': new Uint8Array(Buffer.concat([report, many, packed, utf8('\nendstream')])) };
      },
    });
    expect(codes(bounded(await evp(files), 'attachments.evp').out)).toContain('REPORT_MANIFEST');
  });

  it('I-18: a manifest of brackets, a seal of lines, an index of lines', async () => {
    const { files } = await aStampedPackage();
    const deep = utf8('['.repeat(900_000));
    bounded(await evp({ ...files, 'MANIFEST.json': deep }), 'deep.evp');
    bounded(await evp({ ...files, SEAL: utf8('x\n'.repeat(400_000)) }), 'lines.evp');
    const list = utf8('{"id":"<urn:x>","length":1,"offset":0,"type":"response"}\n'.repeat(15_000));
    const { files: listed } = await aStampedPackage({ record: { 'record/warc-index.jsonl': list } });
    bounded(await evp(listed), 'index.evp');
  });

  it('I-18: raw bytes of a network whose bodies unpack to gigabytes', async () => {
    const body = gzipSync(Buffer.alloc(90 * 1024 * 1024), { level: 9 });
    const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
    const count = 9;
    const ask = (n: number) => `GET /${n} HTTP/1.1\r\nHost: a.test\r\n\r\n`;
    const chunks = Array.from({ length: count }, (_, n) => [
      { out: true, bytes: utf8(ask(n)) },
      { out: false, bytes: new Uint8Array(Buffer.concat([Buffer.from(head), body])) },
    ]).flat();
    const capture = pcapOf([{ port: 80, chunks }]);
    const line = (n: number) => ({
      ...digestsOf(utf8(String(n))),
      ...{ decodedBytes: 1, ip: '127.0.0.1', method: 'GET', outcome: 'ok', port: 80, requestBodySha256: null, source: 'network' },
      ...{ responseHeaders: [], status: 200, tls: null, truncated: '', url: `http://a.test/${n}` },
    });
    const { files } = await aStampedPackage({
      record: {
        'record/exchanges.jsonl': jsonLines(Array.from({ length: count }, (_, n) => line(n))),
        'wire/capture.pcap': capture,
        'wire/keylog.txt': utf8(''),
      },
    });
    const { out } = bounded(await evp(files), 'wire.evp', '--wire');
    expect(codes(out)).toContain('WIRE_MISMATCH');
  });
});
