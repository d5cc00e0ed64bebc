import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { digestsOf, hexDigest } from '../../libs/proof';
import {
  aTls,
  aTrustBundle,
  aWire,
  type AWire,
  CONTENT,
  evp,
  fixed,
  pcapOf,
  sealed,
  siteCertificate,
  type TlsForgery,
} from '../../libs/proof/testing';
import { differences, ours, type Question, theirs } from './support';

const AT = '2026-11-23T00:00:00.000Z';
const LONG = Buffer.from('商品 item '.repeat(20_000));
const SUITES = [
  { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
  { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
  { version: 'TLSv1.3', cipher: 'TLS_CHACHA20_POLY1305_SHA256' },
  { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', curve: 'P-521' },
  { version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
  { version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
  { version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-CHACHA20-POLY1305' },
] as const;
const KINDS = SUITES.flatMap((suite) => [false, true].map((http2) => ({ ...suite, http2 })));

/** Real connections over loopback, opened by our verifier and by the one in Python with ciphers of its own. */
describe('two verifiers, on the bytes of the network (V11)', () => {
  const recorded: { name: string; wire: AWire }[] = [];

  beforeAll(async () => {
    const { cert, key } = throwAwayCertificate();
    const leafSha256 = hexDigest('sha256', new X509Certificate(cert).raw);
    for (const kind of KINDS) {
      const name = `${kind.cipher}${'curve' in kind ? ' asked again' : ''}, HTTP/${kind.http2 ? 2 : 1.1}`;
      recorded.push({ name, wire: await aWire(answers(), { ...kind, cert, key, leafSha256 }) });
    }
  }, 120_000);

  it.each(['ciphers.py', 'wire.py'])('%s gives the values of its standards', (script) => {
    expect(execFileSync('python3', ['-B', join(__dirname, script)]).toString()).toBe('ok\n');
  });

  it('I-19: agree that untouched connections of every cipher say what the record says', async () => {
    const questions = await Promise.all(recorded.map(({ name, wire }) => question(name, wire)));
    expect(await differences(questions)).toEqual([]);
    expect(theirs(questions).map(({ verdict }) => verdict)).toEqual(recorded.map(() => 'PASSED'));
  }, 120_000);

  it('I-19: agree on a line that tells something else', async () => {
    const changes: Record<string, unknown>[] = [
      { sha256: hexDigest('sha256', Buffer.from('other')) },
      { status: 201 },
      { ip: '192.0.2.1' },
      { port: 1 },
      { method: 'POST' },
      { url: 'https://site.test/other' },
      { tls: { leafSha256: '0'.repeat(64) } },
      { responseHeaders: [] },
      { requestBodySha256: '0'.repeat(64) },
      { truncated: 'length', decodedBytes: 3, sha256: '0'.repeat(64) },
    ];
    const questions: (Question & { name: string })[] = [];
    for (const { name, wire } of recorded.slice(0, 2)) {
      for (const change of changes) {
        const lines = wire.lines.map((line, n) => (n === 0 ? { ...line, ...change } : line));
        questions.push(await question(`${name}: ${JSON.stringify(change)}`, { ...wire, lines }));
      }
    }
    expect(await differences(questions)).toEqual([]);
    for (const told of theirs(questions)) expect(told).toMatchObject({ verdict: 'FAILED', reasons: ['V11 WIRE_MISMATCH'] });
  }, 120_000);

  it('I-19, F21: agree on openings that end otherwise than was said, or are signed by another key', async () => {
    const flip = (message: Uint8Array) => message.map((byte, i) => (i === message.length - 1 ? byte ^ 1 : byte));
    const said = (type: number, side: string, change: (message: Uint8Array) => Uint8Array | null): TlsForgery => ({
      bend: (message, who) => (message[0] === type && who === side ? change(message) : message),
    });
    const forgeries: Record<string, TlsForgery> = {
      none: {},
      'another signer': { signer: 22 },
      'content first': { contentFirst: true },
      'end of the site': said(20, 'server', flip),
      'end of the browser': said(20, 'client', flip),
      'no end of the site': said(20, 'server', () => null),
      'no end of the browser': said(20, 'client', () => null),
      'no signature': said(15, 'server', () => null),
      'no key exchange': said(12, 'server', () => null),
    };
    const questions: (Question & { name: string })[] = [];
    for (const version of ['1.2', '1.3'] as const) {
      for (const [name, forged] of Object.entries(forgeries))
        questions.push(await question(`TLS ${version}, ${name}`, spoken(version, forged)));
    }
    expect(await differences(questions)).toEqual([]);
    const passed = theirs(questions).flatMap(({ verdict }, n) => (verdict === 'PASSED' ? [questions[n]!.name] : []));
    // TLS 1.2 has no such message as 15 of the site, and TLS 1.3 none such as 12.
    expect(passed).toEqual(['TLS 1.2, none', 'TLS 1.2, no signature', 'TLS 1.3, none', 'TLS 1.3, no key exchange']);
  }, 120_000);

  it('I-19, F26: agree on a connection that the browser left at the certificate: it carried nothing, unless it went on after all', async () => {
    const flip = (bytes: Uint8Array) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
    const bent = (at: number) => (bytes: Uint8Array, part: number) => (part === at ? flip(bytes) : bytes);
    const unheard = { lines: [] };
    const more = (bytes: Uint8Array, part: number) => (part === 2 ? Buffer.concat([bytes, bytes]) : bytes);
    const kinds: [string, AWire, string][] = [
      ['with an alert', { ...spoken('1.3', { left: 'alert' }), ...unheard }, 'PASSED'],
      ['silent', { ...spoken('1.3', { left: 'silent' }), ...unheard }, 'PASSED'],
      ['changed words that nobody heard', { ...spoken('1.3', { left: 'alert' }, bent(3)), ...unheard }, 'PASSED'],
      ['it said more', { ...spoken('1.3', { left: 'alert' }, more), ...unheard }, 'INDETERMINATE'],
      ['another alert', { ...spoken('1.3', { left: 'alert' }, bent(2)), ...unheard }, 'FAILED'],
      ['another opening of the site', { ...spoken('1.3', { left: 'alert' }, bent(1)), ...unheard }, 'FAILED'],
      ['another signer', { ...spoken('1.3', { left: 'silent', signer: 22 }), ...unheard }, 'FAILED'],
      ['a line says that there was an answer', spoken('1.3', { left: 'alert' }), 'FAILED'],
    ];
    const questions = await Promise.all(kinds.map(([name, wire]) => question(name, wire)));
    expect(await differences(questions)).toEqual([]);
    expect(theirs(questions).map(({ verdict }, n) => [kinds[n]![0], verdict])).toEqual(
      kinds.map(([name, , verdict]) => [name, verdict]),
    );
  }, 120_000);

  it('I-19: agree on openings with bits flipped, bytes taken out, cut off', async () => {
    let state = 20_261_129;
    const random = (n: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const questions: (Question & { name: string })[] = [];
    for (let n = 0; n < 60; n++) {
      const [version, part, kind] = [n % 2 ? '1.2' : '1.3', random(4), random(4)] as const;
      const bend = (bytes: Uint8Array) => {
        const at = random(bytes.length);
        if (kind === 3) return bytes.subarray(0, at);
        if (kind === 2) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]);
        return bytes.map((byte, i) => (i === at ? byte ^ (1 << random(8)) : byte));
      };
      const wire = spoken(version, {}, (bytes, i) => (i === part ? bend(bytes) : bytes));
      questions.push(await question(`TLS ${version}, case ${n}, part ${part}, kind ${kind}`, wire));
    }
    expect(await differences(questions)).toEqual([]);
  }, 120_000);

  it('I-19: agree on a secret that is missing, and on one that is not right', async () => {
    const questions: (Question & { name: string })[] = [];
    for (const { name, wire } of recorded) {
      const log = Buffer.from(wire.keylog).toString();
      questions.push(await question(`${name}: none`, { ...wire, keylog: Buffer.alloc(0) }));
      const wrong = log.replace(/([0-9a-f])(?=\r?\n|$)/g, (last) => (last === '0' ? '1' : '0'));
      questions.push(await question(`${name}: wrong`, { ...wire, keylog: Buffer.from(wrong) }));
    }
    expect(await differences(questions)).toEqual([]);
    const told = theirs(questions);
    expect(told.map(({ verdict }) => verdict)).toEqual(recorded.flatMap(() => ['INDETERMINATE', 'FAILED']));
    for (const { reasons } of told) expect(reasons).toEqual(['V11 WIRE_UNREADABLE']);
  }, 120_000);

  it('I-19: agree on a changed byte of a sealed record, and on a recording that is cut', async () => {
    const questions: (Question & { name: string })[] = [];
    for (const { name, wire } of recorded) {
      const changed = Uint8Array.from(wire.capture);
      // The end of the longest packet is in the middle of what the site sent.
      const at = endOfLongestPacket(wire.capture) - 20;
      changed[at]! ^= 1;
      questions.push(await question(`${name}: byte ${at}`, { ...wire, capture: changed }));
      questions.push(await question(`${name}: cut`, { ...wire, capture: wire.capture.slice(0, -1) }));
    }
    expect(await differences(questions)).toEqual([]);
    for (const told of theirs(questions)) expect(told).toMatchObject({ verdict: 'FAILED', reasons: ['V11 WIRE_UNREADABLE'] });
  }, 120_000);

  it('a package without wire/ is judged by the other steps', async () => {
    const input = await evp(await sealed(await fixed(CONTENT)));
    const asked: Question = { input, bundle: aTrustBundle(), at: AT, level: 1, checkpoints: [], wire: true };
    expect(theirs([asked])).toEqual([await ours(asked)]);
    expect(theirs([asked])[0]).toMatchObject({ verdict: 'PASSED', reasons: [] });
  });
});

function answers() {
  const sized = (body: Uint8Array, ...headers: [string, string][]) => ({
    status: 200,
    headers: [...headers, ['content-length', String(body.length)]] as [string, string][],
    body,
  });
  const packed = (path: string, encoding: string, body: Uint8Array) => ({
    path,
    ...sized(body, ['content-encoding', encoding]),
    decoded: LONG,
  });
  return [
    { path: '/', ...sized(Buffer.from('<h1>店铺</h1>'), ['set-cookie', 'a=1'], ['set-cookie', 'b=2']) },
    packed('/gzip', 'gzip', gzipSync(LONG)),
    packed('/zlib', 'deflate', deflateSync(LONG)),
    packed('/raw', 'deflate', deflateRawSync(LONG)),
    { path: '/long', ...sized(LONG) },
    { path: '/form', method: 'POST', posted: 'q=1', ...sized(Buffer.from('ok')) },
    { path: '/none', status: 204, headers: [], body: Buffer.alloc(0) },
    { path: '/missing', ...sized(Buffer.from('no')), status: 404 },
  ];
}

async function question(name: string, { lines, capture, keylog }: AWire): Promise<Question & { name: string }> {
  const record = Buffer.from(lines.map((line) => `${sorted(line)}\n`).join(''));
  const files = { ...CONTENT, 'record/exchanges.jsonl': record, 'wire/capture.pcap': capture, 'wire/keylog.txt': keylog };
  const input = await evp(await sealed(await fixed(files)));
  return { name, input, bundle: aTrustBundle(), at: AT, level: 1, checkpoints: [], wire: true };
}

/** RFC 8785, for lines of the record. */
function sorted(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${sorted(item)}`).join(',')}}`;
}

function endOfLongestPacket(capture: Uint8Array): number {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.length);
  const little = view.getUint8(0) !== 0xa1;
  let [longest, end] = [0, 0];
  for (let at = 24; at < capture.length;) {
    const length = view.getUint32(at + 8, little);
    at += 16 + length;
    if (length > longest) [longest, end] = [length, at];
  }
  return end;
}

function throwAwayCertificate(): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'clean-room-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj', '/CN=site.test'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** One exchange over a made connection, whose parts may be bent, and the line that tells the truth about the straight one. */
function spoken(
  version: '1.2' | '1.3',
  forged: TlsForgery,
  bend: (bytes: Uint8Array, part: number) => Uint8Array = (same) => same,
): AWire {
  const sent = Buffer.from('GET /a HTTP/1.1\r\nHost: site.test\r\n\r\n');
  const received = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  const { chunks, keylog } = aTls(version, sent, received, 60, forged);
  const line = { url: 'https://site.test/a', method: 'GET', status: 200, responseHeaders: [['Content-Length', '2']] };
  const place = {
    requestBodySha256: null,
    ip: '127.0.0.1',
    port: 443,
    tls: { leafSha256: hexDigest('sha256', siteCertificate()) },
  };
  const body = { source: 'network', decodedBytes: 2, ...digestsOf(Buffer.from('ok')), truncated: '', outcome: 'ok' };
  const bent = chunks.map(({ out, bytes }, part) => ({ out, bytes: bend(bytes, part) }));
  const capture = pcapOf([{ port: 443, chunks: bent }]);
  return { capture, keylog: Buffer.from(keylog), protocol: version, lines: [{ ...line, ...place, ...body }] };
}
