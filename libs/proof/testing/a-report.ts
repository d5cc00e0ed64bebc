import { deflateSync } from 'node:zlib';
import { DIGEST_OIDS, OID } from '../asn1/oids';
import { context, readDer, sequenceOf } from '../asn1/read';
import { der, integer, nothing, octets, oid, sequence, set } from '../asn1/write';
import { concat, toBase64, toHex, utf8 } from '../bytes';
import { digest } from '../digests';
import { type Material, type SignedPart, stampedPart, updateOf, withToken } from '../paper/report-update';
import { certify } from '../tsp/authority';
import { tokenOf } from '../tsp/token';
import { unvaryingP256 } from './keys';

const ROOM = 2048;
const key = unvaryingP256(20);

/** Self-signed; goes into `x509Roots` of a bundle. */
function reportCertificate(until: string): Uint8Array {
  const names = { subject: 'Test seal', issuer: 'Test seal' };
  return certify({ serial: 1, ...names, from: new Date('2026-01-01'), to: new Date(until), key, signer: key, extensions: [] });
}

const UNTIL = '2029-01-01';
export const reportRoot = (until = UNTIL) => toBase64(reportCertificate(until));

/** The parts of a PDF that matter here: one embedded file, and one detached CAdES signature over all other bytes. */
export function aReport(manifest: Uint8Array, until = UNTIL): Uint8Array {
  const packed = deflateSync(manifest, { level: 0 });
  const head = concat(
    utf8(`%PDF-1.7\n1 0 obj\n<<\n/Type /EmbeddedFile\n/Length ${packed.length}\n/Filter /FlateDecode\n>>\nstream\n`),
    packed,
    utf8('\nendstream\nendobj\n2 0 obj\n<<\n/Type /Sig\n/ByteRange '),
  );
  return signed(head, () => utf8('\n>>\nendobj\n%%EOF\n'), until);
}

/** Puts range and signature between them. `tailAt`: what follows, which may have to know where it begins. */
function signed(head: Uint8Array, tailAt: (at: number) => Uint8Array, until: string): Uint8Array {
  const from = head.length + 60 + '\n/Contents '.length;
  const tail = tailAt(from + 2 * ROOM + 2);
  const to = from + 2 * ROOM + 2;
  const range = utf8(`${`[0 ${from} ${to} ${tail.length}]`.padEnd(60)}\n/Contents `);
  const signature = toHex(cms(concat(head, range, tail), reportCertificate(until)));
  return concat(head, range, utf8(`<${signature.padEnd(2 * ROOM, '0')}>`), tail);
}

/** A report that is a whole PDF: catalog, page, attachment, form with its one signature, table of objects. */
export function aWholeReport(manifest: Uint8Array, { until = UNTIL, catalog = '' } = {}): Uint8Array {
  const places: number[] = [];
  const packed = deflateSync(manifest, { level: 0 });
  let file: Uint8Array = utf8('%PDF-1.7\n');
  const put = (number: number, body: Uint8Array): void => {
    places[number] = file.length;
    file = concat(file, utf8(`${number} 0 obj\n<<\n`), body);
  };
  const dictionary = (number: number, lines: string): void => put(number, utf8(`${lines}>>\nendobj\n`));
  dictionary(2, '/Type /Pages\n/Count 1\n/Kids [3 0 R]\n');
  dictionary(3, '/Type /Page\n/Parent 2 0 R\n/MediaBox [0 0 595 842]\n/Annots [7 0 R]\n');
  const stream = `/Type /EmbeddedFile\n/Length ${packed.length}\n/Filter /FlateDecode\n>>\nstream\n`;
  put(4, concat(utf8(stream), packed, utf8('\nendstream\nendobj\n')));
  dictionary(5, '/Type /Filespec\n/AFRelationship /Data\n/F (MANIFEST.json)\n/UF (MANIFEST.json)\n/EF <<\n/F 4 0 R\n>>\n');
  dictionary(7, '/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/T (Seal)\n/Rect [0 0 0 0]\n/F 132\n/V 6 0 R\n/P 3 0 R\n');
  dictionary(8, '/SigFlags 3\n/Fields [7 0 R]\n');
  dictionary(9, '/Producer (tests)\n');
  const names = '/Names <<\n/EmbeddedFiles <<\n/Names [(MANIFEST.json) 5 0 R]\n>>\n>>\n';
  dictionary(1, `/Type /Catalog\n/Pages 2 0 R\n${names}/AF [5 0 R]\n/AcroForm 8 0 R\n${catalog}`);
  put(6, utf8('/Type /Sig\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.CAdES.detached\n/ByteRange '));
  const end = '\n>>\nendobj\n';
  const lines = places.slice(1).map((at) => `${String(at).padStart(10, '0')} 00000 n \n`);
  const table = `xref\n0 10\n0000000000 65535 f \n${lines.join('')}`;
  const id = '<00112233445566778899aabbccddeeff>';
  const trailer = `trailer\n<<\n/Size 10\n/Root 1 0 R\n/Info 9 0 R\n/ID [${id} ${id}]\n>>\n`;
  return signed(file, (at) => utf8(`${end}${table}${trailer}startxref\n${at + end.length}\n%%EOF\n`), until);
}

/** Where the signature of a report stands, also when more follows it. */
export function sealedPartOf(pdf: Uint8Array): SignedPart {
  const [, from, to, length] = /\/ByteRange \[0 (\d+) (\d+) (\d+)\]/.exec(Buffer.from(pdf).toString('latin1'))!.map(Number);
  return { from: from!, to: to!, end: to! + length! };
}

/** The report with revocation data and a document time stamp, as an office writes it. `stamp` answers with a whole response. */
export function lasting(
  report: Uint8Array,
  stamp: (bytes: Uint8Array) => Uint8Array,
  material: Partial<Material> = {},
): Uint8Array {
  const update = updateOf(report, sealedPartOf(report), { certificates: [], lists: [], answers: [], ...material });
  return withToken(report, update, tokenOf(stamp(stampedPart(report, update))));
}

function cms(signed: Uint8Array, certificate: Uint8Array): Uint8Array {
  const sha256 = sequence(oid(DIGEST_OIDS.sha256), nothing());
  const attributes = set(
    sequence(oid(OID.contentType), set(oid('1.2.840.113549.1.7.1'))),
    sequence(oid(OID.messageDigest), set(octets(digest('sha256', signed)))),
    sequence(oid(OID.signingCertificateV2), set(sequence(sequence(sequence(octets(digest('sha256', certificate))))))),
  );
  const [tbs] = sequenceOf(readDer(certificate));
  const [, serial, , issuer] = sequenceOf(tbs);
  const signer = sequence(
    integer(1),
    sequence(issuer!.whole, serial!.whole),
    sha256,
    der(context(0), readDer(attributes).value),
    sequence(oid('1.2.840.10045.4.3.2')),
    octets(key.sign(attributes)),
  );
  const data = sequence(
    integer(1),
    set(sha256),
    sequence(oid('1.2.840.113549.1.7.1')),
    der(context(0), certificate),
    set(signer),
  );
  return sequence(oid(OID.signedData), der(context(0), data));
}
