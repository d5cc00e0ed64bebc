import { latin1 } from '../archive/warc-record';
import { children, context, expectTag, explicit, firstDer, readDer, sequenceOf } from '../asn1/read';
import { concat, equalBytes, fromHex, Malformed, toHex, utf8 } from '../bytes';
import { sha1 } from '../primitives';
import { parseCertificate } from '../tsp/certificate';
import { parseOcspAnswer } from '../tsp/ocsp';
import { parseRevocationList } from '../tsp/revocation';
import { DER_LIMIT } from '../tsp/token';

/**
 * The one update that a signed report may bear (PAdES B-LTA, ETSI EN 319 142-1): a DSS dictionary with certificates, revocation lists
 * and OCSP answers, and a document time stamp over all of it. Its bytes are a function of the signed report, the material and the
 * token alone, so a reader builds it again and compares; whatever else somebody appends is not it.
 */
export interface Material {
  certificates: readonly Uint8Array[];
  lists: readonly Uint8Array[];
  answers: readonly Uint8Array[];
}

/** Where the signature of a report stands: `from` is its `<`, `to` is behind its `>`, `end` is the length of what it covers. */
export interface SignedPart {
  from: number;
  to: number;
  end: number;
}

/** The update around the room for the token, which is hex between angle brackets. */
export interface Update {
  head: Uint8Array;
  tail: Uint8Array;
}

/** Of a report that we printed and signed; throws `Malformed` when there is no signature or another than one over the whole file. */
export function signedPartOf(report: Uint8Array): SignedPart {
  const mark = utf8('/ByteRange [0 ');
  let at = report.indexOf(mark[0]!);
  while (at >= 0 && !equalBytes(report.subarray(at, at + mark.length), mark)) at = report.indexOf(mark[0]!, at + 1);
  const match = at < 0 ? null : /^\/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\]/.exec(latin1(report.subarray(at, at + 64)));
  const [from = 0, to = 0, length = 0] = match?.slice(1).map(Number) ?? [];
  if (!match || to + length !== report.length || from >= to) throw new Malformed('signature of the report');
  return { from, to, end: report.length };
}

/** The certificates in the signature of a report. */
export function certificatesOf(report: Uint8Array, { from, to }: SignedPart): Uint8Array[] {
  const { whole } = firstDer(fromHex(latin1(report.subarray(from + 1, to - 1))));
  const [, wrapped] = sequenceOf(readDer(whole));
  const parts = sequenceOf(explicit(expectTag(wrapped, context(0)), context(0)));
  return parts.filter(({ tag }) => tag === context(0)).flatMap((part) => children(part).map((item) => item.whole));
}

/** Room for a token with its certificates, in bytes. */
export const TOKEN_ROOM = 12 * 1024;
/** A report has a few thousand objects; what claims more is not ours. */
const OBJECTS_LIMIT = 200_000;
const DICTIONARY_LIMIT = 4096;
const RANGE_WIDTH = '[0 9999999999 9999999999 9999999999]'.length;

/** A table of all objects from number 0, and a trailer, as the PDF writer leaves them. */
const END =
  /^xref\n0 (\d{1,6})\n((?:\d{10} \d{5} [fn] \n)*)trailer\n<<\n\/Size (\d{1,6})\n\/Root (\d{1,6}) 0 R\n\/Info (\d{1,6}) 0 R\n\/ID \[(<[0-9a-f]{32}> <[0-9a-f]{32}>)\]\n>>\nstartxref\n\d{1,10}\n%%EOF\n$/;

interface Revision {
  /** One above the highest number of an object. */
  size: number;
  root: number;
  info: number;
  id: string;
  startxref: number;
  /** Lines inside of the catalog. */
  catalog: string;
  form: number;
  /** The one signature field. */
  field: string;
}

/** Throws `Malformed` when what is signed is no report as we print them. */
export function updateOf(report: Uint8Array, { from, to, end }: SignedPart, material: Material): Update {
  const base = report.subarray(0, end);
  const revision = revisionOf(base);
  const key = toHex(sha1(fromHex(latin1(base.subarray(from + 1, to - 1))))).toUpperCase();
  const writer = new Objects(base.length, revision.size);
  const refs = (all: readonly Uint8Array[]): string => all.map((bytes) => `${writer.stream(bytes)} 0 R`).join(' ');
  const [certificates, lists, answers] = [refs(material.certificates), refs(material.lists), refs(material.answers)];
  const kept = (names: [string, string, string]): string =>
    [certificates, lists, answers].map((of, i) => (of === '' ? '' : `/${names[i]!} [${of}]\n`)).join('');
  const vri = `/VRI <<\n/${key} <<\n/Type /VRI\n${kept(['Cert', 'CRL', 'OCSP'])}>>\n>>\n`;
  const dss = writer.dictionary(`/Type /DSS\n${kept(['Certs', 'CRLs', 'OCSPs'])}${vri}`);
  // The field's number is the next but one: signature, field.
  const stamp = writer.next();
  const range = '/Type /DocTimeStamp\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.RFC3161\n/ByteRange ';
  writer.write(`${stamp} 0 obj\n<<\n${range}`);
  const rangeAt = writer.length;
  writer.write(`${' '.repeat(RANGE_WIDTH)}\n/Contents `);
  const head = writer.take();
  writer.skip(2 * TOKEN_ROOM + 2);
  writer.write('\n>>\nendobj\n');
  // As the field of the seal: printed, locked, and of no size.
  const shape = '/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/T (Stamp)\n/Rect [0 0 0 0]\n/F 132\n';
  const field = writer.dictionary(`${shape}/V ${stamp} 0 R\n`);
  writer.dictionary(`/SigFlags 3\n/Fields [${revision.field} ${field} 0 R]\n`, revision.form);
  writer.dictionary(`${revision.catalog}/DSS ${dss} 0 R\n`, revision.root);
  writer.end(revision);
  const tail = writer.take();
  const stampFrom = base.length + head.length;
  const ranges = `[0 ${stampFrom} ${stampFrom + 2 * TOKEN_ROOM + 2} ${tail.length}]`;
  head.set(utf8(ranges.padEnd(RANGE_WIDTH)), rangeAt - base.length);
  return { head, tail };
}

export interface Lasting {
  material: Material;
  /** What the document time stamp covers: every byte of the file but its own room. */
  stamped: Uint8Array;
  /** The room of the token, zeros behind it included. */
  room: Uint8Array;
}

const MATERIAL_LIMIT = 64;

/** Takes an update apart and builds it again; throws `Malformed` unless it is, byte for byte, the one that we write. */
export function readUpdate(pdf: Uint8Array, part: SignedPart): Lasting {
  const material = materialIn(pdf, part.end);
  const { head, tail } = updateOf(pdf, part, material);
  const [from, to] = [part.end + head.length, part.end + head.length + 2 * TOKEN_ROOM + 2];
  const hex = latin1(pdf.subarray(from, to));
  const isWritten =
    pdf.length === to + tail.length &&
    equalBytes(pdf.subarray(part.end, from), head) &&
    equalBytes(pdf.subarray(to), tail) &&
    /^<[0-9a-f]*>$/.test(hex);
  if (!isWritten) throw new Malformed('an update that is not of our form');
  const stamped = concat(pdf.subarray(0, from), pdf.subarray(to));
  return { material, stamped, room: fromHex(hex.slice(1, -1)) };
}

/** The streams that an update begins with. Each is what it should be, so nothing else can be put there. */
function materialIn(pdf: Uint8Array, end: number): Material {
  const found = { certificates: [] as Uint8Array[], lists: [] as Uint8Array[], answers: [] as Uint8Array[] };
  const kinds = [
    [found.certificates, parseCertificate],
    [found.lists, parseRevocationList],
    [found.answers, parseOcspAnswer],
  ] as const;
  for (let at = end, n = 0; ; n += 1) {
    const match = /^\d{1,7} 0 obj\n<<\n\/Length (\d{1,6})\n>>\nstream\n/.exec(latin1(pdf.subarray(at, at + 80)));
    if (!match) return found;
    const bytes = pdf.slice(at + match[0].length, at + match[0].length + Number(match[1]));
    const kind = kinds.find(([, parse]) => fits(() => parse(bytes)));
    if (!kind || n >= MATERIAL_LIMIT || bytes.length > DER_LIMIT) throw new Malformed('a stream of the update is no material');
    kind[0].push(bytes);
    at += match[0].length + bytes.length + '\nendstream\nendobj\n'.length;
  }
}

function fits(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

/** The report with its update. */
export function withToken(report: Uint8Array, { head, tail }: Update, token: Uint8Array): Uint8Array {
  if (token.length > TOKEN_ROOM) throw new Malformed(`a token of ${token.length} bytes has no room in a report`);
  return concat(report, head, utf8(`<${toHex(token).padEnd(2 * TOKEN_ROOM, '0')}>`), tail);
}

/** What the document time stamp covers: everything but itself. */
export function stampedPart(report: Uint8Array, { head, tail }: Update): Uint8Array {
  return concat(report, head, tail);
}

/** Writes objects behind a report and knows where each begins. */
class Objects {
  private parts: Uint8Array[] = [];
  private readonly places = new Map<number, number>();

  constructor(
    /** Bytes of the file so far. */
    public length: number,
    private free: number,
  ) {}

  write(piece: string | Uint8Array): void {
    const bytes = typeof piece === 'string' ? bytesOf(piece) : piece;
    this.parts.push(bytes);
    this.length += bytes.length;
  }

  /** The number of an object that begins here. */
  next(number = this.free++): number {
    this.places.set(number, this.length);
    return number;
  }

  dictionary(lines: string, known?: number): number {
    const number = this.next(known);
    this.write(`${number} 0 obj\n<<\n${lines}>>\nendobj\n`);
    return number;
  }

  stream(bytes: Uint8Array): number {
    const number = this.next();
    this.write(`${number} 0 obj\n<<\n/Length ${bytes.length}\n>>\nstream\n`);
    this.write(bytes);
    this.write('\nendstream\nendobj\n');
    return number;
  }

  skip(count: number): void {
    this.length += count;
  }

  /** The table of what was written, one section for each run of numbers, and the trailer. */
  end({ root, info, id, startxref }: Revision): void {
    const start = this.length;
    const numbers = [...this.places.keys()].sort((a, b) => a - b);
    let table = 'xref\n';
    for (let i = 0; i < numbers.length;) {
      let run = 1;
      while (numbers[i + run] === numbers[i]! + run) run += 1;
      table += `${numbers[i]} ${run}\n`;
      for (const number of numbers.slice(i, i + run)) table += `${String(this.places.get(number)).padStart(10, '0')} 00000 n \n`;
      i += run;
    }
    const trailer = `/Size ${this.free}\n/Root ${root} 0 R\n/Info ${info} 0 R\n/ID [${id}]\n/Prev ${startxref}\n`;
    this.write(`${table}trailer\n<<\n${trailer}>>\nstartxref\n${start}\n%%EOF\n`);
  }

  take(): Uint8Array {
    const taken = concat(...this.parts);
    this.parts = [];
    return taken;
  }
}

function revisionOf(base: Uint8Array): Revision {
  const startxref = Number(/\nstartxref\n(\d{1,10})\n%%EOF\n$/.exec(latin1(base.subarray(-40)))?.[1] ?? -1);
  const match = startxref < 0 ? null : END.exec(latin1(base.subarray(startxref)));
  if (!match) throw new Malformed('end of the report');
  const [, count, table = '', total, root, info, id = ''] = match;
  const size = Number(count);
  if (size > OBJECTS_LIMIT || table.length !== 20 * size || Number(total) !== size) throw new Malformed('table of the report');
  /** Lines of a dictionary, the last one ended too. */
  const linesOf = (number: number): string => {
    const line = table.slice(20 * number, 20 * number + 20);
    const at = Number(line.slice(0, 10));
    const start = `${number} 0 obj\n<<\n`;
    const text = latin1(base.subarray(at, at + DICTIONARY_LIMIT));
    const end = text.indexOf('\n>>\nendobj\n') + 1;
    if (line[17] !== 'n' || !text.startsWith(start) || end < start.length) throw new Malformed(`object ${number} of the report`);
    return text.slice(start.length, end);
  };
  const catalog = linesOf(Number(root));
  const form = Number(/\n\/AcroForm (\d{1,6}) 0 R\n/.exec(`\n${catalog}`)?.[1] ?? -1);
  if (form < 0 || catalog.includes('/DSS')) throw new Malformed('catalog of the report');
  const field = /^\/SigFlags 3\n\/Fields \[(\d{1,6} 0 R)\]\n$/.exec(linesOf(form))?.[1];
  if (!field) throw new Malformed('form of the report');
  return { size, root: Number(root), info: Number(info), id, startxref, catalog, form, field };
}

/** `charCodeAt` one by one: dictionaries may hold bytes that are no text. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
