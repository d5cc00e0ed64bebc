import { bytesSource, parseJsonLines, utf8, type WarcMember } from '../../proof';
import { aWacz, type WaczRecord } from '../../proof/testing';
import { digestsOf } from '../../proof';
import { bodyIn, type RecordedLine, SHOWN, viewOf } from './exchange-bodies';

const POSTED = utf8('user=%E7%94%B2&pay=1');
const PAGE = utf8('<!doctype html><title>示例商店</title>');

/** The archive of the tests, with a form that was sent. */
async function anArchive() {
  const posted = (record: WaczRecord) => (record.type === 'request' ? { ...record, payload: POSTED } : record);
  const { wacz, index } = await aWacz({ records: (all) => all.map(posted) });
  const members = parseJsonLines(index) as unknown as WarcMember[];
  const line: RecordedLine = {
    n: 1,
    method: 'POST',
    status: 200,
    warcRecord: members.find(({ type }) => type === 'response')!.id,
    sha256: digestsOf(PAGE).sha256,
    requestBodySha256: digestsOf(POSTED).sha256,
  };
  return { wacz: bytesSource(wacz), members, line };
}

describe('a body in the archive', () => {
  it.each([
    ['response', PAGE],
    ['request', POSTED],
  ] as const)('%s: is found by the index and is what was recorded', async (side, expected) => {
    const { wacz, members, line } = await anArchive();
    expect(Buffer.from((await bodyIn(wacz, members, line, side))!)).toEqual(Buffer.from(expected));
  });

  it('is not shown when its digest is not that of the exchange', async () => {
    const { wacz, members, line } = await anArchive();
    const other = digestsOf(utf8('another')).sha256;
    expect(await bodyIn(wacz, members, { ...line, sha256: other }, 'response')).toBeNull();
    expect(await bodyIn(wacz, members, { ...line, requestBodySha256: other }, 'request')).toBeNull();
  });

  it('is not there for what was blocked, and for a request without one', async () => {
    const { wacz, members, line } = await anArchive();
    const blocked = members.filter(({ type }) => type === 'metadata').at(-1)!.id;
    expect(await bodyIn(wacz, members, { ...line, warcRecord: blocked }, 'response')).toBeNull();
    expect(await bodyIn(wacz, members, { ...line, requestBodySha256: null }, 'request')).toBeNull();
  });
});

describe('what may be looked at', () => {
  const png = (width: number, height: number) => {
    const head = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const size = Buffer.alloc(8);
    size.writeUInt32BE(width, 0);
    size.writeUInt32BE(height, 4);
    return new Uint8Array(Buffer.concat([head, size, Buffer.alloc(40)]));
  };

  it.each([
    ['markup', utf8('<script>alert(1)</script>'), 'text/html', 'text', 'text/html'],
    ['a picture that is markup', utf8('<svg onload="x()"></svg>'), 'image/svg+xml', 'text', 'image/svg+xml'],
    ['markup that calls itself a picture', utf8('<script>alert(1)</script>'), 'image/png', 'text', 'text/plain'],
    ['a picture that calls itself markup', png(20, 20), 'text/html', 'picture', 'image/png'],
    ['a picture of too many pixels', png(60_000, 60_000), 'image/png', 'binary', 'image/png'],
    ['a document', utf8('%PDF-1.7 \u0000'), 'application/pdf', 'binary', 'application/pdf'],
    ['nothing', new Uint8Array(), 'text/html', 'empty', 'application/octet-stream'],
  ])('%s', (_what, body, said, kind, mediaType) => expect(viewOf(body, said)).toMatchObject({ kind, mediaType }));

  it('reads the characters of an older Chinese page, by header or by the document itself', () => {
    const gbk = new Uint8Array(Buffer.from('d1f8c9fac5e4b7bd', 'hex'));
    expect(viewOf(gbk, 'text/html; charset=GBK')).toMatchObject({ text: '养生配方', charset: 'gbk' });
    const page = new Uint8Array(Buffer.concat([Buffer.from('<meta charset="gb2312">'), gbk]));
    expect(viewOf(page, 'text/html').text).toContain('养生配方');
    expect(viewOf(utf8('甲'), 'text/html; charset=no-such').text).toBe('甲');
  });

  it('cuts at the stated size and says so', () => {
    const long = viewOf(new Uint8Array(SHOWN.textBytes + 10).fill(97), 'text/plain');
    expect([long.text!.length, long.shownBytes, long.size]).toEqual([SHOWN.textBytes, SHOWN.textBytes, SHOWN.textBytes + 10]);
    const raw = viewOf(new Uint8Array(SHOWN.hexBytes + 10), 'application/octet-stream');
    expect([Buffer.from(raw.base64!, 'base64').length, raw.size]).toEqual([SHOWN.hexBytes, SHOWN.hexBytes + 10]);
  });
});
