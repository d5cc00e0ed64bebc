import { concat, fromBase64, utf8 } from '../bytes';
import { latin1 } from '../archive/warc-record';
import { stampedPart, type Update, updateOf, withToken } from '../paper/report-update';
import { tokenOf } from '../tsp/token';
import { aWholeReport, lasting, sealedPartOf } from './a-report';
import { testAuthority } from './a-stamped-package';

/** Name, what a verifier says first (null: nothing), and the report. */
export type LastingCase = [name: string, first: 'REPORT_RANGE' | 'REPORT_SIGNATURE' | 'REPORT_MANIFEST' | null, make: (manifest: Uint8Array) => Uint8Array]; // prettier-ignore

const AT = '2026-11-22T05:58:00.000Z';
const { stamp, entry } = testAuthority();
const dated = (bytes: Uint8Array): Uint8Array => stamp(bytes, 'sha256', AT);
const material = { certificates: [fromBase64(entry.root)] };
const whole = (manifest: Uint8Array): Uint8Array => lasting(aWholeReport(manifest), dated, material);

/** An incremental update as readers take it: objects by their numbers, a table, a trailer. What somebody else would append. */
export function increment(pdf: Uint8Array, objects: Record<number, string>): Uint8Array {
  const text = latin1(pdf.subarray(-20_000));
  const [size, root, info, id, startxref] = [/\/Size (\d+)/g, /\/Root (\d+ 0 R)/g, /\/Info (\d+ 0 R)/g, /\/ID (\[.*\])/g, /startxref\n(\d+)/g].map((part) => [...text.matchAll(part)].at(-1)![1]!); // prettier-ignore
  let body = '';
  let table = 'xref\n';
  for (const [number, value] of Object.entries(objects)) {
    table += `${number} 1\n${String(pdf.length + body.length).padStart(10, '0')} 00000 n \n`;
    body += `${number} 0 obj\n${value}\nendobj\n`;
  }
  const total = Math.max(Number(size), ...Object.keys(objects).map((number) => Number(number) + 1));
  const trailer = `trailer\n<<\n/Size ${total}\n/Root ${root}\n/Info ${info}\n/ID ${id}\n/Prev ${startxref}\n>>\n`;
  return concat(pdf, utf8(`${body}${table}${trailer}startxref\n${pdf.length + body.length}\n%%EOF\n`));
}

/** What a reader would show otherwise: the objects of `aWholeReport` that somebody changes, and new ones. */
export const SHADOWS: Record<string, Record<number, string>> = {
  'another page': { 3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 90 0 R >>', 90: '<< /Length 0 >>\nstream\n\nendstream' },
  'more pages': { 2: '<< /Type /Pages /Count 2 /Kids [3 0 R 91 0 R] >>', 91: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>' },
  'a note on a page': {
    3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [7 0 R 92 0 R] >>',
    92: '<< /Type /Annot /Subtype /FreeText /Rect [50 50 300 80] /Contents (other) /DA (/Helv 12 Tf) >>',
  },
  'a field of the form': { 8: '<< /SigFlags 3 /Fields [7 0 R 93 0 R] >>', 93: '<< /FT /Tx /T (Sum) /V (other) >>' },
  'another form': { 1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /NeedAppearances true /Fields [] >> >>' },
  'another attachment': {
    5: '<< /Type /Filespec /F (MANIFEST.json) /EF << /F 94 0 R >> >>',
    94: '<< /Type /EmbeddedFile /Length 2 >>\nstream\n{}\nendstream',
  },
  'an action when it is opened': { 1: '<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>' },
  'another signature value': { 6: '<< /Type /Sig /Contents <00> >>' },
  'nothing but a table': {},
}; // prettier-ignore

/** An update like ours but for an edit, with a genuine token over what came of it. */
function edited(
  manifest: Uint8Array,
  edit: (update: { head: string; tail: string }) => { head: string; tail: string },
): Uint8Array {
  const report = aWholeReport(manifest);
  const { head, tail } = updateOf(report, sealedPartOf(report), { lists: [], answers: [], ...material });
  const changed = edit({ head: latin1(head), tail: latin1(tail) });
  const from = report.length + changed.head.length;
  const to = from + 2 * 12 * 1024 + 2;
  const ranged = changed.head.replace(/\/ByteRange \[.*\] */, (old) => `/ByteRange [0 ${from} ${to} ${changed.tail.length}]`.padEnd(old.length)); // prettier-ignore
  const update: Update = { head: bytesOf(ranged), tail: bytesOf(changed.tail) };
  return withToken(report, update, tokenOf(dated(stampedPart(report, update))));
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const inHead = (from: string, to: string) => (manifest: Uint8Array) => edited(manifest, ({ head, tail }) => ({ head: head.replace(from, to), tail })); // prettier-ignore
const inTail = (from: string, to: string) => (manifest: Uint8Array) => edited(manifest, ({ head, tail }) => ({ head, tail: tail.replace(from, to) })); // prettier-ignore
const flipped = (pdf: Uint8Array, at: number): Uint8Array => Uint8Array.from(pdf, (byte, i) => (i === at ? byte ^ 1 : byte));
/** Where the update begins. */
const behind = (pdf: Uint8Array): number => sealedPartOf(pdf).end;
const roomOf = (pdf: Uint8Array): number => Buffer.from(pdf).lastIndexOf('/Contents <') + '/Contents <'.length;

const asText = (objects: Record<number, string>): string =>
  Object.entries(objects).map(([number, value]) => `${number} 0 obj\n${value}\nendobj\n`).join(''); // prettier-ignore

/** Reports with revocation data and a document time stamp, and everything that somebody might append, put in, or change instead. */
export const LASTING: LastingCase[] = [
  ['that lasts', null, whole],
  ['that lasts, without revocation data', null, (manifest) => lasting(aWholeReport(manifest), dated)],
  [
    'that lasts by an authority that the bundle does not name',
    null,
    (manifest) =>
      lasting(
        aWholeReport(manifest),
        (bytes) => testAuthority({ name: 'Strange stamps', key: 14, root: 13 }).stamp(bytes, 'sha256', AT),
        material,
      ),
  ],
  ...Object.entries(SHADOWS).flatMap(([name, objects]): LastingCase[] => {
    const first = name === 'another attachment' ? 'REPORT_MANIFEST' : 'REPORT_RANGE';
    return [
      [`appended behind the signature: ${name}`, first, (manifest) => increment(aWholeReport(manifest), objects)],
      [`appended behind the document stamp: ${name}`, first, (manifest) => increment(whole(manifest), objects)],
      [
        `between signature and update, stamped by a real authority: ${name}`,
        first,
        (manifest) =>
          edited(manifest, ({ head, tail }) => ({ head: asText(objects) + (objects[1] ? head : `%\n${head}`), tail })),
      ],
      [
        `in the update, stamped by a real authority: ${name}`,
        first,
        (manifest) => edited(manifest, ({ head, tail }) => ({ head, tail: tail.replace('xref\n', `${asText(objects)} xref\n`) })),
      ],
    ];
  }),
  ['with a second update', 'REPORT_RANGE', (manifest) => increment(concat(whole(manifest), whole(manifest).subarray(behind(whole(manifest)))), {})], // prettier-ignore
  ['the update twice', 'REPORT_RANGE', (manifest) => concat(whole(manifest), whole(manifest).subarray(behind(whole(manifest))))],
  ['one byte behind it', 'REPORT_RANGE', (manifest) => concat(whole(manifest), utf8('\n'))],
  ['cut by one byte', 'REPORT_RANGE', (manifest) => whole(manifest).subarray(0, -1)],
  ['cut in the update', 'REPORT_RANGE', (manifest) => whole(manifest).subarray(0, -400)],
  ['a stream that is no certificate', 'REPORT_RANGE', inHead('\x30\x82', '\x31\x82')],
  ['another name of the field', 'REPORT_RANGE', inTail('(Stamp)', '(Stomp)')],
  ['a field that is shown', 'REPORT_RANGE', inTail('/Rect [0 0 0 0]', '/Rect [0 0 9 9]')],
  ['the seal taken off the form', 'REPORT_RANGE', inTail('/Fields [7 0 R ', '/Fields [')],
  ['flags of the form', 'REPORT_RANGE', inTail('/SigFlags 3', '/SigFlags 0')],
  ['another root', 'REPORT_RANGE', inTail('/Root 1 0 R', '/Root 2 0 R')],
  ['another table before', 'REPORT_RANGE', inTail('/Prev ', '/Prev 1')],
  ['another kind of signature', 'REPORT_RANGE', inHead('/ETSI.RFC3161', '/ETSI.RFC3162')],
  ['another key of the revocation data', 'REPORT_RANGE', inHead('/VRI <<\n/', '/VRI <<\n/0')],
  ['a token over other bytes', 'REPORT_SIGNATURE', (manifest) => lasting(aWholeReport(manifest), () => dated(utf8('other')), material)], // prettier-ignore
  ['a byte of the token flipped', 'REPORT_SIGNATURE', (manifest) => withHex(whole(manifest), 900)],
  ['padding of the token flipped', 'REPORT_SIGNATURE', (manifest) => withHex(whole(manifest), 2 * 12 * 1024 - 1)],
  ['a byte of the report flipped', 'REPORT_SIGNATURE', (manifest) => flipped(whole(manifest), 7)],
  ['a byte of the revocation data flipped', 'REPORT_SIGNATURE', (manifest) => flipped(whole(manifest), behind(whole(manifest)) + 200)], // prettier-ignore
  ['with a catalog that has revocation data already', 'REPORT_RANGE', (manifest) => shadowed(aWholeReport(manifest, { catalog: '/DSS 9 0 R\n' }), whole(manifest))], // prettier-ignore
];

/** The update of one report behind another. */
function shadowed(report: Uint8Array, pdf: Uint8Array): Uint8Array {
  return concat(report, pdf.subarray(behind(pdf)));
}

function withHex(pdf: Uint8Array, place: number): Uint8Array {
  const at = roomOf(pdf) + place;
  return Uint8Array.from(pdf, (byte, i) => (i === at ? (byte === 0x30 ? 0x31 : 0x30) : byte));
}
