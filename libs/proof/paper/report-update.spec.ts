import { latin1 } from '../archive/warc-record';
import { Malformed, toHex, utf8 } from '../bytes';
import { sha1 } from '../primitives';
import { aWholeReport, authorityWithAnswers, lasting, sealedPartOf, testAuthority } from '../testing';
import { certificatesOf, type Material, readUpdate, signedPartOf, updateOf, withToken } from './report-update';

const outside = authorityWithAnswers();
const days = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-29T00:00:00.000Z' };
const material: Material = {
  certificates: [outside.authority.certificate, outside.authority.root],
  lists: [outside.list(days)],
  answers: [outside.madeAnswer({ thisUpdate: days.from })],
};
const report = aWholeReport(utf8('{"manifest":1}'));
const stamp = (bytes: Uint8Array): Uint8Array => testAuthority().stamp(bytes, 'sha256', '2026-11-22T05:58:00.000Z');
const pdf = lasting(report, stamp, material);

describe('the update of a report (PAdES B-LTA)', () => {
  it('leaves every byte that was signed where it was, and holds what it was given', () => {
    expect(pdf.subarray(0, report.length)).toEqual(report);
    const found = readUpdate(pdf, sealedPartOf(pdf));
    expect(found.material).toEqual(material);
    expect(found.stamped.length + 2 * found.room.length + 2).toBe(pdf.length);
  });

  it('is a function of report and material alone', () => {
    const part = signedPartOf(report);
    expect(updateOf(report, part, material)).toEqual(updateOf(report, part, material));
  });

  it('names the signature by the SHA-1 of its value, zeros and all, and refers to every stream', () => {
    const { from, to, end } = sealedPartOf(pdf);
    const value = Buffer.from(latin1(pdf.subarray(from + 1, to - 1)), 'hex');
    const text = latin1(pdf.subarray(end));
    expect(text).toContain(`/VRI <<\n/${toHex(sha1(value)).toUpperCase()} <<\n`);
    expect(text).toContain('/Certs [10 0 R 11 0 R]\n/CRLs [12 0 R]\n/OCSPs [13 0 R]\n');
  });

  it('its table names the place of every object', () => {
    const text = latin1(pdf);
    const at = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)![1]);
    const table = text.slice(at, text.indexOf('trailer', at)).split('\n');
    let number = 0;
    const seen: number[] = [];
    for (const line of table.slice(1)) {
      const run = /^(\d+) (\d+)$/.exec(line);
      const place = /^(\d{10}) 00000 n $/.exec(line);
      if (run) number = Number(run[1]);
      if (place) expect(text.startsWith(`${number} 0 obj\n`, Number(place[1]))).toBe(true);
      if (place) seen.push(number++);
    }
    expect(seen).toEqual([1, 8, 10, 11, 12, 13, 14, 15, 16]);
  });

  it('gives the certificate of the seal', () => {
    expect(certificatesOf(report, signedPartOf(report))).toHaveLength(1);
  });

  it('F22: with any byte changed outside of the material and the room of the token it is no update any more', () => {
    const part = sealedPartOf(pdf);
    const file = Buffer.from(pdf);
    const room = file.lastIndexOf('/Contents <') + '/Contents <'.length;
    const inside = [...material.certificates, ...material.lists, ...material.answers].map((bytes) => {
      const at = file.indexOf(bytes, part.end);
      return [at, at + bytes.length] as const;
    });
    const held: number[] = [];
    for (let at = part.end; at < pdf.length; at++) {
      if (at === room) at += 2 * 12 * 1024;
      // What stands in the material is held by the document time stamp, which is over it.
      if (inside.some(([from, to]) => from <= at && at < to)) continue;
      const bad = pdf.slice();
      bad[at]! ^= 1;
      try {
        readUpdate(bad, part);
        held.push(at);
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed);
      }
    }
    expect(held).toEqual([]);
  });

  it('I-18: cut anywhere, or junk, it is refused and nothing breaks', () => {
    const part = sealedPartOf(pdf);
    for (let length = part.end; length < pdf.length; length += 97)
      expect(() => readUpdate(pdf.subarray(0, length), part)).toThrow(Malformed);
    for (const junk of [new Uint8Array(100), utf8('10 0 obj\n<<\n/Length 999999\n>>\nstream\n'), utf8('%PDF')])
      expect(() => readUpdate(Buffer.concat([report, junk]), signedPartOf(report))).toThrow(Malformed);
  });

  it('refuses a report of another make, and a token without room', () => {
    const bad = (edit: (text: string) => string): Uint8Array => new Uint8Array(Buffer.from(edit(latin1(report)), 'latin1'));
    const part = signedPartOf(report);
    for (const edit of [
      (text: string) => text.replace('/SigFlags 3', '/SigFlags 1'),
      (text: string) => text.replace('/AcroForm 8', '/AcroForm 7'),
      (text: string) => text.replace('/AcroForm 8', '/AcroForn 8'),
      (text: string) => text.replace('/Root 1', '/Root 9'),
      (text: string) => text.replace('/Size 10', '/Size 11'),
      (text: string) => text.replace(/startxref\n\d/, 'startxref\n9'),
      (text: string) => text.replace('%%EOF\n', '%%EOG\n'),
    ])
      expect(() => updateOf(bad(edit), part, material)).toThrow(Malformed);
    expect(() => withToken(report, updateOf(report, part, material), new Uint8Array(12 * 1024 + 1))).toThrow('no room');
  });
});
