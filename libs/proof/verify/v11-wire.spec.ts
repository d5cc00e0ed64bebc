import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { textOf, toHex, utf8 } from '../bytes';
import { digestsOf } from '../digests';
import { bytesSource } from '../source';
import { jsonLines } from '../strict-json';
import { aTrustBundle } from '../testing';
import { type Answer, aSiteCertificate, type AWire, aWire, pcapOf } from '../testing/a-wire';
import { Context } from './context';
import { verifyWire } from './v11-wire';

const folder = mkdtempSync(join(tmpdir(), 'wire-'));
const ec = aSiteCertificate('ec', '-pkeyopt', 'ec_paramgen_curve:P-256');
const rsa = aSiteCertificate('rsa:2048');
const { cert, key, leafSha256 } = ec;

const page = utf8('<title>价格</title>'.repeat(3_000));
const packed = (path: string, coding: string, body: Uint8Array): Answer => ({
  path,
  status: 200,
  headers: [
    ['content-type', 'text/html; charset=utf-8'],
    ['content-encoding', coding],
    ['content-length', String(body.length)],
  ],
  body: new Uint8Array(body),
  decoded: page,
});
const plain = (path: string, status: number, body: Uint8Array, ...headers: [string, string][]): Answer => ({
  path,
  status,
  headers: [['content-length', String(body.length)], ...headers],
  body,
});
const answers: Answer[] = [
  plain('/moved', 302, utf8('moved'), ['location', '/page']),
  plain('/page', 200, page, ['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['x-name', 'naïve ~!{}|^`<>"']),
  packed('/gzip', 'gzip', zlib.gzipSync(page)),
  packed('/br', 'br', zlib.brotliCompressSync(page)),
  packed('/deflate', 'deflate', zlib.deflateSync(page)),
  packed('/raw-deflate', 'deflate', zlib.deflateRawSync(page)),
  // Of the program `zstd`: not every Node can make it.
  packed('/zstd', 'zstd', Buffer.from('KLUv/QRY1QAAeDx0aXRsZT7ku7fmoLw8LwIAAHacGghs1gHoPehU', 'base64')),
  { ...plain('/post', 201, utf8('got it')), method: 'POST', posted: '{"价格":12}' },
  { ...plain('/gbk', 200, Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3), ['content-type', 'text/plain; charset=gbk']) },
  plain('/empty', 204, new Uint8Array()),
].map((answer) => (answer.status === 204 ? { ...answer, headers: [] } : answer));

const latin1Headers = (list: Answer[]): Answer[] =>
  list.map((answer) => ({ ...answer, headers: answer.headers.filter(([name]) => name !== 'x-name') }));

type Told = { reasons: string[]; findings: string[]; done: boolean };

async function told({ capture, keylog, lines }: Pick<AWire, 'capture' | 'keylog' | 'lines'>): Promise<Told> {
  const options = { at: new Date('2026-11-23T00:00:00.000Z'), level: 1 as const, checkpoints: [] };
  const ctx = new Context({ form: 'folder', files: new Map(), odd: [] }, aTrustBundle(), options);
  const put = (path: string, bytes: Uint8Array) =>
    ctx.files.set(path, { ...digestsOf(bytes), size: bytes.length, source: bytesSource(bytes) });
  put('wire/capture.pcap', capture);
  put('wire/keylog.txt', keylog);
  put('record/exchanges.jsonl', jsonLines(lines));
  await verifyWire(ctx);
  return {
    reasons: ctx.reasons.map(({ code, effect, subject, detail }) => `${code} ${effect} ${subject} ${detail}`),
    findings: ctx.findings.map(({ code, subject, detail }) => `${code} ${subject} ${detail}`),
    done: ctx.done.has('V11'),
  };
}

const nothing: Told = { reasons: [], findings: [], done: true };
const suites: [string, 'TLSv1.2' | 'TLSv1.3'][] = [
  ['TLS_AES_128_GCM_SHA256', 'TLSv1.3'],
  ['TLS_AES_256_GCM_SHA384', 'TLSv1.3'],
  ['TLS_CHACHA20_POLY1305_SHA256', 'TLSv1.3'],
  ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLSv1.2'],
  ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLSv1.2'],
  ['ECDHE-ECDSA-CHACHA20-POLY1305', 'TLSv1.2'],
];

describe.each(suites)('V11 over %s', (cipher, version) => {
  it.each([
    ['HTTP/1.1', false],
    ['HTTP/2', true],
  ])('agrees with a true record of %s', async (_name, http2) => {
    const wire = await aWire(http2 ? latin1Headers(answers) : answers, { cert, key, leafSha256, cipher, version, http2 });
    expect(wire.protocol).toBe(`${version} ${cipher}`);
    expect(await told(wire)).toEqual(nothing);
  });
});

/** Option of OpenSSL that keeps its peer from asking for digests behind the blocks (RFC 7366); Node has no name for it. */
const MAC_INSIDE = 0x80000;
const inBlocks = [
  ['ECDHE-ECDSA-AES128-SHA', ec],
  ['ECDHE-ECDSA-AES256-SHA', ec],
  ['ECDHE-ECDSA-AES128-SHA256', ec],
  ['ECDHE-ECDSA-AES256-SHA384', ec],
  ['ECDHE-RSA-AES128-SHA', rsa],
  ['ECDHE-RSA-AES256-SHA384', rsa],
  ['AES128-SHA', rsa],
  ['AES256-SHA', rsa],
  ['AES128-SHA256', rsa],
  ['AES256-SHA256', rsa],
] as const;

describe.each(inBlocks)('V11 over %s, a suite of TLS 1.2 in CBC mode', (cipher, site) => {
  const hasTshark = spawnSync('tshark', ['--version']).status === 0;
  it.each([
    ['behind the blocks', undefined],
    ['inside of the blocks', MAC_INSIDE],
  ])('agrees with a true record, its digests %s; a changed byte does not open', async (_where, secureOptions) => {
    const wire = await aWire(answers, { ...site, cipher, version: 'TLSv1.2', secureOptions });
    expect(wire.protocol).toBe(`TLSv1.2 ${cipher}`);
    const { findings, ...rest } = await told(wire);
    expect(rest).toEqual({ done: true, reasons: [] });
    // In an RSA key exchange the site signs nothing: it shows by the end of the opening that it has the key.
    const isSigned = cipher.startsWith('ECDHE');
    expect(findings).toEqual(isSigned ? [] : [expect.stringMatching(/^NOT_DONE .* without a signature \(RSA key exchange\)$/)]);
    for (let at = wire.capture.length - 2_000; at < wire.capture.length; at += 97) {
      const bent = wire.capture.slice();
      bent[at]! ^= 4;
      const { reasons } = await told({ ...wire, capture: bent });
      if (reasons.length === 0) throw new Error(`byte ${at} of ${wire.capture.length}`);
    }
  });

  (hasTshark ? it : it.skip)('I-04: tshark reads the same answers (skipped without tshark)', async () => {
    const wire = await aWire(answers, { ...site, cipher, version: 'TLSv1.2' });
    const [pcap, keylog] = [join(folder, 'one.pcap'), join(folder, 'one.keys')];
    writeFileSync(pcap, wire.capture);
    writeFileSync(keylog, wire.keylog);
    const asked = ['-r', pcap, '-o', `tls.keylog_file:${keylog}`, '-d', `tcp.port==${String(wire.lines[0]!.port)},tls`];
    const told = execFileSync('tshark', [...asked, '-Y', 'http.response', '-T', 'fields', '-e', 'http.response.code'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(
      told
        .toString()
        .split(/[\s,]+/)
        .filter(Boolean),
    ).toEqual(answers.map(({ status }) => String(status)));
  });
});

const signers: [kind: string[], suites: [string, 'TLSv1.2' | 'TLSv1.3'][]][] = [
  [['rsa:2048'], [['TLS_AES_128_GCM_SHA256', 'TLSv1.3'], ['ECDHE-RSA-AES128-GCM-SHA256', 'TLSv1.2'], ['DHE-RSA-AES128-SHA256', 'TLSv1.2']]],
  [['rsa-pss', '-pkeyopt', 'rsa_keygen_bits:2048'], [['TLS_AES_128_GCM_SHA256', 'TLSv1.3'], ['ECDHE-RSA-AES128-GCM-SHA256', 'TLSv1.2']]],
  [['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'], [['TLS_AES_256_GCM_SHA384', 'TLSv1.3'], ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLSv1.2']]],
  [['ed25519'], [['TLS_AES_128_GCM_SHA256', 'TLSv1.3'], ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLSv1.2']]],
]; // prettier-ignore

it.each(signers)('a site with a key of %j signs its opening in a way that is read', async (kind, list) => {
  const site = aSiteCertificate(...kind);
  for (const [cipher, version] of list) expect(await told(await aWire(answers, { ...site, cipher, version }))).toEqual(nothing);
});

it('a key that counts for nothing is told, and decides nothing', async () => {
  for (const kind of [['rsa:1024'], ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521']]) {
    const options = { ...aSiteCertificate(...kind), cipher: 'TLS_AES_128_GCM_SHA256:DEFAULT:@SECLEVEL=0', version: 'TLSv1.3' as const };
    const { reasons, findings } = await told(await aWire(answers, options));
    expect([reasons, findings]).toEqual([
      [],
      [expect.stringMatching(/^NOT_DONE wire\/capture\.pcap#.* V11: (the key|signature scheme)/)],
    ]);
  }
});

it('a connection of TLS before 1.2 is undecided, never wrong', async () => {
  const options = { ...ec, cipher: 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0', version: 'TLSv1.1' as const };
  expect((await told(await aWire(answers, options))).reasons).toEqual([
    expect.stringMatching(/^WIRE_UNREADABLE indeterminate .* a version of TLS before 1\.2 is not supported$/),
  ]);
});

describe('V11, what is wrong is named', () => {
  let wire: AWire;
  let overHttp2: AWire;
  beforeAll(async () => {
    const options = { cert, key, leafSha256, cipher: 'TLS_AES_128_GCM_SHA256', version: 'TLSv1.3' as const };
    wire = await aWire(answers, options);
    overHttp2 = await aWire(latin1Headers(answers), { ...options, http2: true });
  });
  const withLine = (n: number, changes: object) => ({
    ...wire,
    lines: wire.lines.map((line, i) => (i === n ? { ...line, ...changes } : line)),
  });
  const mismatch = (n: number, what: string) => ({
    ...nothing,
    reasons: [`WIRE_MISMATCH failed record/exchanges.jsonl#${n + 1} ${what}`],
  });

  it.each<[string, number, object]>([
    ['status', 1, { status: 404 }],
    ['headers', 1, { responseHeaders: [['content-length', String(page.length)]] }],
    ['body', 1, digestsOf(utf8('other'))],
    ['body', 2, digestsOf(page.subarray(1))],
    ['certificate', 1, { tls: { leafSha256: 'ab'.repeat(32) } }],
    ['address', 1, { ip: '127.0.0.2' }],
    ['request body', 7, { requestBodySha256: 'ab'.repeat(32) }],
  ])('a record with another %s (line %i)', async (what, n, changes) => {
    expect(await told(withLine(n, changes))).toEqual(mismatch(n, what));
  });

  it('repeats in another order, a value changed by one letter, a field lost', async () => {
    const fields = wire.lines[1]!.responseHeaders as [string, string][];
    const swapped = fields.map(([name, value]) => [name, value === 'a=1' ? 'b=2' : value === 'b=2' ? 'a=1' : value]);
    for (const responseHeaders of [
      swapped,
      fields.slice(0, -1),
      fields.map(([name, value], i) => [name, i ? value : `${value}0`]),
    ])
      expect(await told(withLine(1, { responseHeaders }))).toEqual(mismatch(1, 'headers'));
  });

  it('an exchange of the record that never crossed the wire', async () => {
    const invented = { ...wire, lines: [...wire.lines, { ...wire.lines[1], url: 'https://site.test/invented' }] };
    expect(await told(invented)).toEqual(mismatch(wire.lines.length, 'no such exchange'));
  });

  it('shows what the browser kept to itself: a body, the bytes behind decoded text, a whole exchange', async () => {
    const none = digestsOf(new Uint8Array());
    const withheld = withLine(0, { truncated: 'unspecified', decodedBytes: 0, ...none });
    expect(await told(withheld)).toEqual({
      ...nothing,
      findings: [`WIRE_PROVES record/exchanges.jsonl#1 body of 5 bytes, sha256 ${digestsOf(utf8('moved')).sha256}`],
    });
    const decoded = withLine(8, { decodedBytes: 6, ...digestsOf(utf8('你好')) });
    expect((await told(decoded)).findings).toEqual([
      `WIRE_PROVES record/exchanges.jsonl#9 body of 4 bytes, sha256 ${digestsOf(answers[8]!.body).sha256}`,
    ]);
    const silent = { ...wire, lines: wire.lines.slice(0, -2) };
    expect((await told(silent)).findings).toEqual([
      expect.stringContaining('no line: GET https://site.test/gbk 200 body of 4 bytes'),
      expect.stringContaining('no line: GET https://site.test/empty 204'),
    ]);
    // Without a mark an empty body is not a body that was kept back.
    expect((await told(withLine(0, { decodedBytes: 0, ...none }))).reasons).toEqual(mismatch(0, 'body').reasons);
  });

  it('accepts the first part of a body that the record says is cut, and no other part', async () => {
    const cut = (bytes: Uint8Array) => withLine(2, { truncated: 'length', decodedBytes: bytes.length, ...digestsOf(bytes) });
    expect((await told(cut(page.subarray(0, 100)))).reasons).toEqual([]);
    expect(await told(cut(page.subarray(1, 100)))).toEqual(mismatch(2, 'body'));
  });

  it('text of another charset is told by its pieces as by its whole, and a body over the limit is neither right nor wrong', async () => {
    const long = new Uint8Array(Buffer.from('c4e3bac3'.repeat(700_000), 'hex'));
    const bomb = zlib.gzipSync(Buffer.alloc(65 * 1024 * 1024));
    const large = [plain('/long', 200, long, ['content-type', 'text/plain; charset=gbk']), packed('/bomb', 'gzip', bomb)];
    const options = { ...ec, cipher: 'TLS_AES_128_GCM_SHA256', version: 'TLSv1.3' as const };
    const { lines, ...rest } = await aWire(large, options);
    const text = utf8('你好'.repeat(700_000));
    const said = { ...rest, lines: [{ ...lines[0], decodedBytes: text.length, ...digestsOf(text) }, lines[1]!] };
    const { reasons, findings } = await told(said);
    expect(reasons).toEqual(['WIRE_UNREADABLE indeterminate record/exchanges.jsonl#2 body is over the limit']);
    expect(findings).toEqual([expect.stringContaining('#1 body of 2800000 bytes')]);
    const less = text.subarray(0, text.length - 3);
    const short = { ...rest, lines: [{ ...lines[0], decodedBytes: less.length, ...digestsOf(less) }] };
    expect((await told(short)).reasons).toEqual(['WIRE_MISMATCH failed record/exchanges.jsonl#1 body']);
  });

  it('does not open with another secret, and is undecided without one', async () => {
    const lines = textOf(wire.keylog).trimEnd().split('\n');
    const other = utf8(lines.map((line) => line.replace(/.$/, (last) => (last === '0' ? '1' : '0'))).join('\n'));
    expect((await told({ ...wire, keylog: other })).reasons).toEqual([
      expect.stringMatching(/^WIRE_UNREADABLE failed wire\/capture\.pcap#127\.0\.0\.1 \d+ from 40000 a TLS record does not open/),
    ]);
    expect((await told({ ...wire, keylog: utf8('') })).reasons).toEqual([
      expect.stringMatching(/^WIRE_UNREADABLE indeterminate .* wire\/keylog\.txt has no SERVER_HANDSHAKE_TRAFFIC_SECRET/),
    ]);
  });

  it('is not done when the export does not hold the bytes', async () => {
    const ctx = new Context({ form: 'folder', files: new Map(), odd: [] }, aTrustBundle(), {
      at: new Date(),
      level: 1,
      checkpoints: [],
    });
    await verifyWire(ctx);
    expect(ctx.done.has('V11')).toBe(false);
    expect(ctx.findings).toEqual([{ code: 'NOT_DONE', subject: 'wire', detail: 'V11: files are not in this export' }]);
  });

  it.each([
    ['HTTP/1.1', () => wire],
    ['HTTP/2', () => overHttp2],
  ])('a bit flipped anywhere in what the site sent over %s is seen', async (_name, made) => {
    const { capture, keylog, lines } = made();
    // The last records are the answers: every one of them is authenticated.
    for (let at = capture.length - 20_000; at < capture.length; at += 211) {
      const bent = capture.slice();
      bent[at]! ^= 4;
      const { reasons } = await told({ capture: bent, keylog, lines });
      if (reasons.length === 0) throw new Error(`byte ${at} of ${capture.length}`);
    }
  });

  it('I-18: a record of the wire that is cut, shifted or noise is refused in words, never a crash', async () => {
    let seed = 20261128;
    const roll = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let n = 0; n < 400; n++) {
      const { capture, keylog, lines } = n % 2 ? wire : overHttp2;
      const at = roll(capture.length);
      const bent = [
        () => capture.subarray(0, at),
        () => Uint8Array.from([...capture.subarray(0, at), ...capture.subarray(at + 1 + roll(40))]),
        () => capture.map((byte, i) => (i >= at && i < at + 16 ? roll(256) : byte)),
        () => Uint8Array.from({ length: roll(2_000) }, () => roll(256)),
      ][n % 4]!();
      const bentKeys = n % 8 === 3 ? keylog.map((byte) => (roll(50) ? byte : 0x41)) : keylog;
      const { reasons } = await told({ capture: bent, keylog: bentKeys, lines });
      expect(reasons.every((reason) => /^WIRE_(MISMATCH|UNREADABLE) /.test(reason))).toBe(true);
    }
  }, 120_000);

  it('reads a connection whose packets came out of order and twice, and says when one is missing', async () => {
    const said = [
      { out: true, bytes: utf8('GET /a HTTP/1.1\r\nHost: site.test\r\n\r\n') },
      { out: false, bytes: utf8('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n') },
      { out: false, bytes: utf8('ab') },
      { out: false, bytes: utf8('cd') },
    ];
    const capture = pcapOf([{ port: 80, chunks: said }]);
    const packets: Uint8Array[] = [];
    for (let at = 24; at < capture.length;) {
      const length = Buffer.from(capture).readUInt32LE(at + 8) + 16;
      packets.push(capture.slice(at, at + length));
      at += length;
    }
    const line = { ...wire.lines[0], url: 'http://site.test/a', status: 200, ip: '127.0.0.1', port: 80, tls: null };
    const lines = [{ ...line, responseHeaders: [['Content-Length', '4']], decodedBytes: 4, ...digestsOf(utf8('abcd')) }];
    const from = (order: number[]) => Buffer.concat([capture.slice(0, 24), ...order.map((n) => packets[n]!)]);
    const keylog = utf8('');
    expect(await told({ capture: from([0, 1, 2, 5, 3, 4, 4]), keylog, lines })).toEqual(nothing);
    expect((await told({ capture: from([0, 1, 2, 3, 5]), keylog, lines })).reasons).toEqual([
      expect.stringContaining('bytes are missing inside of a connection'),
    ]);
    const changed = (n: number, at: number, value: number) => {
      const packet = packets[n]!.slice();
      packet[at < 0 ? packet.length + at : at] = value;
      return packet;
    };
    const twice = Buffer.concat([from([0, 1, 2, 3, 4, 5]), changed(4, -1, 0x78)]);
    expect((await told({ capture: twice, keylog, lines })).reasons).toEqual([
      expect.stringContaining('bytes are repeated with another value'),
    ]);
    // The opening of the site's side says that its first byte has another number: something before it is not on record.
    const [head, opening, answering, ...rest] = [capture.slice(0, 24), packets[0]!, changed(1, 43, 0xfe), ...packets.slice(2)];
    expect((await told({ capture: Buffer.concat([head!, opening!, answering!, ...rest]), keylog, lines })).reasons).toEqual([
      expect.stringContaining('first bytes are missing'),
    ]);
  });

  it('is not held up by a header of two million spaces that is never folded', async () => {
    const head = `HTTP/1.1 200 OK\r\nX-Long: ${' '.repeat(2_000_000)}.\r\nContent-Length: 0\r\n\r\n`;
    const said = [
      { out: true, bytes: utf8('GET /a HTTP/1.1\r\nHost: site.test\r\n\r\n') },
      { out: false, bytes: utf8(head) },
    ];
    const line = { ...wire.lines[0], url: 'http://site.test/a', status: 200, ip: '127.0.0.1', port: 80, tls: null };
    const responseHeaders = [
      ['X-Long', '.'],
      ['Content-Length', '0'],
    ];
    const lines = [{ ...line, responseHeaders, decodedBytes: 0, ...digestsOf(new Uint8Array()) }];
    // With a cost that grew as the square of the run this would take an hour.
    expect((await told({ capture: pcapOf([{ port: 80, chunks: said }]), keylog: utf8(''), lines })).reasons).toEqual([]);
  });

  it('reads a folded header line as one, and Latin-1 as browsers read it', async () => {
    const said = [
      { out: true, bytes: utf8('GET /a HTTP/1.1\r\nHost: site.test\r\n\r\n') },
      {
        out: false,
        bytes: new Uint8Array(
          Buffer.from(
            'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=iso-8859-1\r\nX-Long: one \r\n \ttwo\r\nContent-Length: 3\r\n\r\n\x93\x80\xe9',
            'latin1',
          ),
        ),
      },
    ];
    const line = { ...wire.lines[0], url: 'http://site.test/a', status: 200, ip: '127.0.0.1', port: 80, tls: null };
    const responseHeaders = [
      ['Content-Type', 'text/plain; charset=iso-8859-1'],
      ['X-Long', 'one two'],
      ['Content-Length', '3'],
    ];
    const text = utf8('\u201c€é');
    const lines = [{ ...line, responseHeaders, decodedBytes: text.length, ...digestsOf(text) }];
    const { reasons, findings } = await told({ capture: pcapOf([{ port: 80, chunks: said }]), keylog: utf8(''), lines });
    expect([reasons, findings]).toEqual([[], [expect.stringContaining('#1 body of 3 bytes')]]);
  });
});

it('reads a connection whose first hello was answered by a second question', async () => {
  const options = { cert, key, leafSha256, cipher: 'TLS_AES_256_GCM_SHA384', version: 'TLSv1.3' as const, curve: 'secp384r1' };
  const wire = await aWire(answers, options);
  expect(toHex(wire.capture)).toContain('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c');
  expect(await told(wire)).toEqual(nothing);
});

it('the secrets of one connection do not open another', async () => {
  const options = { cert, key, leafSha256, cipher: 'TLS_AES_128_GCM_SHA256', version: 'TLSv1.3' as const };
  const [one, two] = [await aWire(answers, options), await aWire(answers, options)];
  const { reasons } = await told({ ...one, keylog: two.keylog });
  expect(reasons.join()).toContain('WIRE_UNREADABLE indeterminate');
  expect(toHex(one.keylog)).not.toBe(toHex(two.keylog));
});
