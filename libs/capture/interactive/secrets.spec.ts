import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { RecordedExchange } from '../records/merge';
import { actsFault } from '../domain/session-acts';
import { Redactor } from './redactor';
import { lengthClass, mark, Secrets } from './secrets';

const at = new Date('2026-11-28T03:00:00.000Z');
const later = new Date('2026-11-28T03:00:05.000Z');
const PASSWORD = 'Yun#shan 山&2026+/x';

const known = (...values: string[]): Secrets => {
  const secrets = new Secrets();
  for (const [n, value] of values.entries()) secrets.typed(`field ${n}`, value, 'password', at);
  return secrets;
};

const anExchange = (changes: Partial<RecordedExchange>): RecordedExchange => ({
  requestId: '1',
  frame: 'f',
  kind: 'Document',
  url: 'http://member.test/login',
  method: 'POST',
  requestHeaders: [],
  requestBody: null,
  status: 200,
  statusText: 'OK',
  protocol: 'http/1.1',
  responseHeaders: [],
  body: null,
  encodedBytes: 0,
  ip: '192.0.2.1',
  port: 80,
  connection: 1,
  tls: null,
  source: 'network',
  fidelity: 'wire',
  truncated: '',
  outcome: 'ok',
  reason: '',
  startedAt: later,
  finishedAt: later,
  ...changes,
});

describe('what a secret looks like elsewhere', () => {
  it.each([
    ['plain', PASSWORD],
    ['URL encoded', encodeURIComponent(PASSWORD)],
    ['URL encoded in lower case', encodeURIComponent(PASSWORD).replace(/%../g, (hex) => hex.toLowerCase())],
    ['URL encoded twice', encodeURIComponent(encodeURIComponent(PASSWORD))],
    ['of a form', new URLSearchParams({ p: PASSWORD }).toString().slice(2)],
    ['JSON with escapes', 'Yun#shan \\u5c71&2026+/x'],
    ['HTML', PASSWORD.replace('&', '&amp;')],
    ['base64', Buffer.from(PASSWORD).toString('base64')],
    ['hexadecimal', Buffer.from(PASSWORD).toString('hex')],
    ['its MD5', createHash('md5').update(PASSWORD).digest('hex')],
    ['its SHA-256', createHash('sha256').update(PASSWORD).digest('hex')],
  ])('is found and marked: %s', (_way, text) => {
    const { bytes, count } = known(PASSWORD).replaced(Buffer.from(`<a>${text}</a>`));
    expect([bytes.toString(), count]).toEqual([`<a>${mark('password', PASSWORD.length)}</a>`, 1]);
  });

  it.each(['utf16le', 'utf16be'])('is found in %s', (encoding) => {
    const wide = Buffer.from(`x${PASSWORD}y`, 'utf16le');
    const bytes = encoding === 'utf16le' ? wide : Buffer.from(wide).swap16();
    expect(known(PASSWORD).found(bytes)).toBe(true);
    expect(known(PASSWORD).found(known(PASSWORD).replaced(bytes).bytes)).toBe(false);
  });

  it('is found inside of longer base64, wherever a group begins', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (before, after) =>
        known(PASSWORD).found(Buffer.from(Buffer.from(before + PASSWORD + after).toString('base64'))),
      ),
      { seed: 15, numRuns: 300 },
    );
  });

  it('leaves everything else as it is, byte for byte', () => {
    const bytes = Buffer.from('国家级养生配方 ¥158.00');
    expect(known(PASSWORD).replaced(bytes).bytes).toBe(bytes);
  });
});

it('tells lengths in classes and never a digest', () => {
  expect([1, 4, 8, 16, 32, 64, 256].map(lengthClass)).toEqual(['1-3', '4-7', '8-15', '16-31', '32-63', '64-255', '256+']);
  expect(mark('password', 9)).toBe('[redacted:password:8-15]');
});

it('forgets what stood in a field on the way, and keeps what was cleared', () => {
  const secrets = new Secrets();
  for (const value of ['hund', 'hunde', 'hundehaus']) secrets.typed('f', value, 'password', at);
  secrets.typed('f', 'katzenhaus', 'password', at);
  expect(secrets.text('hunde hundehaus katzenhaus')).toBe('hunde [redacted:password:8-15] [redacted:password:8-15]');
  expect(secrets.isWhole('hunde')).toBe(true);
});

describe('an exchange', () => {
  const redactor = (secrets: Secrets) => new Redactor(secrets);

  it('loses the body of every request after the first secret, whatever is in it', () => {
    const body = Buffer.from('p=7c6a180b36896a0a8c02787eeafb0e4c');
    const headers: [string, string][] = [['Content-Length', String(body.length)]];
    const { requestBody, requestHeaders } = redactor(known('swordfish')).exchange(
      anExchange({ requestBody: body, requestHeaders: headers }),
    );
    expect(requestBody?.toString()).toBe('[redacted:body:32-63]');
    expect(requestHeaders).toEqual([['Content-Length', String(requestBody!.length)]]);
  });

  it.each([
    ['a member of JSON', '{"pin":"42","rooms":"42"}', '{"pin":"[redacted:password:1-3]","rooms":"42"}'],
    ['a number of JSON', '{"pin": 42, "n":42}', '{"pin": "[redacted:password:1-3]", "n":42}'],
    ['a pair of a form', 'pin=42&n=42&xpin=42', 'pin=[redacted:password:1-3]&n=42&xpin=42'],
    ['nothing, as part of a longer value', '{"pin":"421"}&pin=421', '{"pin":"421"}&pin=421'],
  ])('takes a short secret out of %s of its own field, and leaves it elsewhere', (_what, sent, kept) => {
    const secrets = known('42');
    secrets.named('pin', '42', 'password');
    const { body, truncated } = redactor(secrets).exchange(anExchange({ body: Buffer.from(sent) }));
    expect(body?.toString()).toBe(kept);
    expect(truncated).toBe(sent === kept ? '' : 'unspecified');
  });

  it('takes a short secret out of the header of its own field, and reads a name as letters, not as a pattern', () => {
    const secrets = known('7.1');
    for (const name of ['X-Pin', 'p.n', '口令']) secrets.named(name, '7.1', 'password');
    const headers: [string, string][] = [
      ['x-pin', '7.1'],
      ['x-version', '7.1'],
    ];
    const body = Buffer.from('{"p.n":"7.1","pan":"7.1","口令":"7.1","口令":"7x1"}');
    const said = redactor(secrets).exchange(anExchange({ responseHeaders: headers, body }));
    expect(said.responseHeaders).toEqual([
      ['x-pin', '[redacted:secret:1-3]'],
      ['x-version', '7.1'],
    ]);
    const gone = '[redacted:password:1-3]';
    expect(said.body?.toString()).toBe(`{"p.n":"${gone}","pan":"7.1","口令":"${gone}","口令":"7x1"}`);
  });

  it('keeps names of cookies and credentials, never values', () => {
    const { requestHeaders, responseHeaders } = redactor(new Secrets()).exchange(
      anExchange({
        requestHeaders: [
          ['cookie', 'sid=abcdefgh; theme=dark'],
          ['Authorization', 'Bearer abcdefghijk'],
          ['accept', '*/*'],
        ],
        responseHeaders: [['Set-Cookie', 'sid=abcdefghijklmnop; Path=/; HttpOnly']],
      }),
    );
    expect(requestHeaders).toEqual([
      ['cookie', 'sid=[redacted:cookie:8-15]; theme=[redacted:cookie:4-7]'],
      ['Authorization', '[redacted:credential:16-31]'],
      ['accept', '*/*'],
    ]);
    expect(responseHeaders).toEqual([['Set-Cookie', 'sid=[redacted:cookie:16-31]; Path=/; HttpOnly']]);
  });

  it('marks parameters that are secrets or are named like them, and says that a changed body is no longer exact', () => {
    const out = redactor(known('abc', 'swordfish')).exchange(
      anExchange({ url: 'http://member.test/a?q=abc&token=zzzzzzzz&page=2', body: Buffer.from('hello swordfish') }),
    );
    expect(out.url).toBe('http://member.test/a?q=[redacted:parameter:1-3]&token=[redacted:parameter:8-15]&page=2');
    expect([out.body?.toString(), out.fidelity, out.truncated]).toEqual([
      'hello [redacted:password:8-15]',
      'decoded',
      'unspecified',
    ]);
  });

  it('does not keep a packed body with a secret in it', () => {
    const out = redactor(known('swordfish')).exchange(anExchange({ body: gzipSync(Buffer.from('the swordfish '.repeat(9))) }));
    expect(out.body?.toString()).toMatch(/^\[redacted:packed:/);
  });

  it('leaves an exchange without any secret alone', () => {
    const plain = anExchange({ method: 'GET', body: Buffer.from('价格'), responseHeaders: [['content-type', 'text/html']] });
    expect(redactor(known('swordfish')).exchange(plain)).toEqual(plain);
  });
});

it('never touches what the ledger knows the digest of', () => {
  const content = Buffer.from('{"purpose":"swordfish"}');
  expect(new Redactor(known('swordfish')).file('record/request.json', content)).toBe(content);
  expect(new Redactor(known('swordfish')).file('content/text.txt', Buffer.from('swordfish'))?.toString()).toBe(
    '[redacted:password:8-15]',
  );
});

it('drops a copy in which a secret is packed so that it cannot be taken out', () => {
  const quoted = Buffer.from('Content-Transfer-Encoding: quoted-printable\r\n\r\nsword=\r\nfish');
  expect(new Redactor(known('swordfish')).file('content/page.mhtml', quoted)).toBeNull();
  expect(new Redactor(known('swordfish')).file('content/video.webm', Buffer.from('film'))).toBeNull();
});

describe('acts', () => {
  it.each([
    [[], 'acts: 1 to 64'],
    [[{ kind: 'eval' }], 'acts/0/kind'],
    [[{ kind: 'click', x: -1, y: 2, button: 'left', count: 1 }], 'acts/0/x, y'],
    [[{ kind: 'click', x: 1, y: 2, button: 'left', count: 9 }], 'acts/0/count'],
    [[{ kind: 'key', key: 'constructor', shift: false }], 'acts/0/key'],
    [[{ kind: 'text', text: 'a' }], 'acts/0/secret'],
    [[{ kind: 'text', text: 'x'.repeat(2_001), secret: true }], 'acts/0/text'],
    [[{ kind: 'back' }, { kind: 'wheel', x: 1, y: 1, dx: Infinity, dy: 0 }], 'acts/1/dx, dy'],
    [Array.from({ length: 65 }, () => ({ kind: 'back' })), 'acts: 1 to 64'],
    ['back', 'acts: 1 to 64'],
  ])('F24 a list with one that is no act is refused whole (%#)', (acts, fault) => expect(actsFault(acts)).toBe(fault));

  it('takes what an officer does', () =>
    expect(
      actsFault([
        { kind: 'go', url: 'http://member.test/' },
        { kind: 'key', key: 'Enter', shift: true },
      ]),
    ).toBeNull());
});
