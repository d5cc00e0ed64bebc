import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OID } from '../asn1/oids';
import { bits, boolean, der, generalizedTime, integer, nothing, octets, oid, sequence } from '../asn1/write';
import { toBase64 } from '../bytes';
import { sha1 } from '../primitives';
import { certify } from '../tsp/authority';
import { parseCertificate } from '../tsp/certificate';
import { ocspRequest } from '../tsp/ocsp';
import { authorityWithLists } from './openssl-lists';

export interface AnswerParts {
  /** Who signs: the issuer, a responder that it appointed, or one that it did not. */
  by?: 'issuer' | 'responder' | 'no-purpose' | 'stranger' | 'ended';
  status?: 'good' | 'unknown' | { revokedAt: string; reason?: string };
  /** Named by the digest of its key instead of by its name. */
  byKey?: boolean;
  /** Serial number that is asked for; 2 is the signer of stamps. */
  serial?: number;
}

/** An answer of which the command line does not set the times. */
export interface MadeAnswerParts {
  thisUpdate: string;
  nextUpdate?: string | null;
  producedAt?: string;
  status?: 'good' | 'unknown' | { revokedAt: string; reason?: number };
  by?: AnswerParts['by'];
  /** Bytes of extensions of the answer as they stand in it. */
  extensions?: Uint8Array[];
  /** Digest in the identifier of the certificate. */
  issuerName?: Uint8Array;
  nonce?: Uint8Array;
}

const RESPONDER_SERIAL = 9;
const short = (instant: string): string => `${instant.slice(2, 19).replace(/[-:T]/g, '')}Z`;

/** An authority whose issuer answers by OCSP: with the `openssl` command at the present time, or with answers of any time. */
export function authorityWithAnswers(options: Parameters<typeof authorityWithLists>[0] = {}) {
  // The command writes the present time into its answers: the certificate has to live then.
  const listed = authorityWithLists({ to: '2100-01-01T00:00:00Z', ...options });
  const { authority, rootKey } = listed;
  const root = parseCertificate(authority.root);
  const signer = parseCertificate(authority.certificate);
  const life = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2100-01-01T00:00:00Z') };
  const ecKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const [key, strangerKey] = [ecKey(), ecKey()];
  const rootName = `${options.name ?? 'Listed stamps'} root`;
  const purpose = [{ critical: false, id: OID.extendedKeyUsage, value: sequence(oid(OID.ocspSigning)) }];
  const ca = [{ critical: true, id: OID.basicConstraints, value: sequence(boolean(true)) }];
  const responder = (parts: Partial<Parameters<typeof certify>[0]>): Uint8Array =>
    certify({
      serial: RESPONDER_SERIAL,
      subject: 'Answers',
      issuer: rootName,
      ...life,
      key,
      signer: rootKey,
      extensions: purpose,
      ...parts,
    });
  const twin = certify({ serial: 1, subject: rootName, issuer: rootName, ...life, key: strangerKey, signer: strangerKey, extensions: ca }); // prettier-ignore
  const hands: Record<NonNullable<AnswerParts['by']>, { certificate: Uint8Array; key: KeyObject; issuer: Uint8Array }> = {
    issuer: { certificate: authority.root, key: rootKey, issuer: authority.root },
    responder: { certificate: responder({}), key, issuer: authority.root },
    'no-purpose': { certificate: responder({ extensions: [] }), key, issuer: authority.root },
    // Of another authority that bears the same name.
    stranger: { certificate: responder({ signer: strangerKey }), key, issuer: twin },
    ended: { certificate: responder({ to: new Date('2026-02-01T00:00:00Z') }), key, issuer: authority.root },
  };

  /** Made by `openssl ocsp`, which writes the present time into it. `lines`: what it is told besides, as `-ndays 3`. */
  const answer = (parts: AnswerParts = {}, ...lines: string[]): Uint8Array => {
    const { by = 'responder', status = 'good', byKey = false, serial = 2 } = parts;
    const hand = hands[by];
    const folder = mkdtempSync(join(tmpdir(), 'answers-'));
    const put = (file: string, text: string | Uint8Array): void => writeFileSync(join(folder, file), text);
    try {
      put('root.pem', pem(authority.root));
      put('by.pem', pem(hand.certificate));
      put('by.key', hand.key.export({ type: 'pkcs8', format: 'pem' }).toString());
      const at = typeof status === 'object' ? `${short(status.revokedAt)}${status.reason ? `,${status.reason}` : ''}` : '';
      const line = `${at ? 'R' : 'V'}\t480101000000Z\t${at}\t${serial.toString(16).padStart(2, '0')}\tunknown\t/CN=signer\n`;
      put('index', status === 'unknown' ? '' : line);
      const asked = { ...signer, serial: serial.toString(16).padStart(2, '0') };
      put('request.der', ocspRequest(asked, root, new Uint8Array(randomBytes(16))));
      const files = ['-index', 'index', '-CA', 'root.pem', '-rsigner', 'by.pem', '-rkey', 'by.key', '-reqin', 'request.der'];
      const how = ['-rmd', 'sha256', ...(byKey ? ['-resp_key_id'] : []), ...lines];
      execFileSync('openssl', ['ocsp', ...files, ...how, '-respout', 'answer.der'], { cwd: folder, stdio: 'pipe' });
      return new Uint8Array(readFileSync(join(folder, 'answer.der')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  /** As `answer`, of any time and with faults. */
  const madeAnswer = (parts: MadeAnswerParts): Uint8Array => {
    const { thisUpdate, nextUpdate = null, producedAt = thisUpdate, status = 'good', by = 'responder' } = parts;
    const hand = hands[by];
    const name = octets(sha1(parts.issuerName ?? root.subject));
    const id = sequence(sequence(oid(OID.sha1), nothing()), name, octets(sha1(root.key.point)), integer(2));
    const next = nextUpdate ? [der(0xa0, generalizedTime(nextUpdate))] : [];
    const line = sequence(id, statusOf(status), generalizedTime(thisUpdate), ...next);
    const subject = parseCertificate(hand.certificate).subject;
    const nonce = parts.nonce ? [sequence(oid(OID.ocspNonce), octets(octets(parts.nonce)))] : [];
    const extensions = [...nonce, ...(parts.extensions ?? [])];
    const data = sequence(
      der(0xa1, subject),
      generalizedTime(producedAt),
      sequence(line),
      ...(extensions.length > 0 ? [der(0xa1, sequence(...extensions))] : []),
    );
    return basic(data, hand.certificate, hand.key);
  };

  /** What `openssl ocsp` thinks of an answer: the status it reads, once the signature held. */
  const openssl = (bytes: Uint8Array): string => {
    const folder = mkdtempSync(join(tmpdir(), 'answers-'));
    try {
      writeFileSync(join(folder, 'root.pem'), pem(authority.root));
      writeFileSync(join(folder, 'signer.pem'), pem(authority.certificate));
      writeFileSync(join(folder, 'answer.der'), bytes);
      const files = ['-respin', 'answer.der', '-CAfile', 'root.pem', '-issuer', 'root.pem', '-cert', 'signer.pem'];
      const done = spawnSync('openssl', ['ocsp', ...files, '-no_nonce'], { cwd: folder });
      return `${done.stderr.toString()}${done.stdout.toString()}`;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  /** A question as the command prints it. */
  const readRequest = (bytes: Uint8Array): string => {
    const folder = mkdtempSync(join(tmpdir(), 'answers-'));
    try {
      writeFileSync(join(folder, 'request.der'), bytes);
      return execFileSync('openssl', ['ocsp', '-reqin', 'request.der', '-req_text'], { cwd: folder, stdio: 'pipe' }).toString();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return { ...listed, answer, madeAnswer, openssl, readRequest, root, signer };
}

function statusOf(status: NonNullable<MadeAnswerParts['status']>): Uint8Array {
  if (typeof status === 'string') return der(status === 'good' ? 0x80 : 0x82);
  const reason = status.reason === undefined ? [] : [der(0xa0, der(0x0a, Uint8Array.of(status.reason)))];
  return der(0xa1, generalizedTime(status.revokedAt), ...reason);
}

/** Successful status around a signed basic answer. */
function basic(data: Uint8Array, certificate: Uint8Array, key: KeyObject): Uint8Array {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const signature = bits(new Uint8Array(sign('sha256', data, key)));
  const answer = sequence(data, algorithm, signature, der(0xa0, sequence(certificate)));
  return sequence(der(0x0a, Uint8Array.of(0)), der(0xa0, sequence(oid(OID.ocspBasic), octets(answer))));
}

function pem(certificate: Uint8Array): string {
  return `-----BEGIN CERTIFICATE-----\n${toBase64(certificate)
    .match(/.{1,64}/g)!
    .join('\n')}\n-----END CERTIFICATE-----\n`;
}
