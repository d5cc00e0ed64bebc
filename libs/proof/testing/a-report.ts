import { deflateSync } from 'node:zlib';
import { DIGEST_OIDS, OID } from '../asn1/oids';
import { context, readDer, sequenceOf } from '../asn1/read';
import { der, integer, nothing, octets, oid, sequence, set } from '../asn1/write';
import { concat, toBase64, toHex, utf8 } from '../bytes';
import { digest } from '../digests';
import { certify } from '../tsp/authority';
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
  const tail = utf8('\n>>\nendobj\n%%EOF\n');
  const from = head.length + 60 + '\n/Contents '.length;
  const to = from + 2 * ROOM + 2;
  const range = utf8(`${`[0 ${from} ${to} ${tail.length}]`.padEnd(60)}\n/Contents `);
  const signature = toHex(cms(concat(head, range, tail), reportCertificate(until)));
  return concat(head, range, utf8(`<${signature.padEnd(2 * ROOM, '0')}>`), tail);
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
