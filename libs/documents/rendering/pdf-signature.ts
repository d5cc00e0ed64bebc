import { cades, type PdfSigner } from './cades';

/** Room for the signature, its certificate and a time stamp, in bytes. */
const CONTENTS_BYTES = 12 * 1024;
const UNSET = 9_999_999_999;
const BYTE_RANGE = `/ByteRange [0 ${UNSET} ${UNSET} ${UNSET}]`;

/** What of the PDF writer's document a signature field needs. */
export interface SignableDocument {
  ref(data: object): { end(): void; data: Record<string, unknown> };
  page: { dictionary: unknown; annotations: unknown[] };
  _root: { data: Record<string, unknown> };
  endAcroForm(): void;
}

/** Chinese in PDF strings: UTF-16 with its mark, written as hex. */
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();

/** Puts an invisible signature field with an empty signature on the last page. MUST be called before the document is ended. */
export function reserveSignature(document: SignableDocument, { name, reason }: PdfSigner, at: Date): void {
  const signature = document.ref({
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    ByteRange: [0, UNSET, UNSET, UNSET],
    Contents: Buffer.alloc(CONTENTS_BYTES),
    M: new String(`D:${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`),
    Name: utf16(name),
    Reason: utf16(reason),
  });
  signature.end();
  const field = document.ref({
    Type: 'Annot',
    Subtype: 'Widget',
    FT: 'Sig',
    T: new String('Seal'),
    Rect: [0, 0, 0, 0],
    F: 132, // printed and locked
    V: signature,
    P: document.page.dictionary,
  });
  field.end();
  document.page.annotations.push(field);
  const form = document.ref({ SigFlags: 3, Fields: [field] });
  form.end();
  document._root.data.AcroForm = form;
  // The writer finishes forms that it made itself; this one is finished, and it would look for fonts that a signature has not.
  document.endAcroForm = () => undefined;
}

/** Signs everything but the place of the signature itself, and puts it there. No byte of the file stays outside of the range. */
export async function fillSignature(pdf: Buffer, signer: PdfSigner): Promise<Buffer> {
  const range = pdf.indexOf(BYTE_RANGE);
  const contents = pdf.indexOf(`/Contents <${'0'.repeat(64)}`, range < 0 ? 0 : range);
  if (range < 0 || contents < 0) throw new RangeError('the PDF has no reserved signature');
  const from = contents + '/Contents '.length;
  const to = from + CONTENTS_BYTES * 2 + 2; // with both angle brackets
  const signed = Buffer.from(pdf);
  const text = `/ByteRange [0 ${from} ${to} ${pdf.length - to}]`;
  signed.write(text.padEnd(BYTE_RANGE.length), range, 'latin1');
  const signature = await cades(Buffer.concat([signed.subarray(0, from), signed.subarray(to)]), signer);
  if (signature.length > CONTENTS_BYTES) throw new RangeError(`signature of ${signature.length} bytes does not fit`);
  signed.write(signature.toString('hex'), from + 1, 'latin1');
  return signed;
}
