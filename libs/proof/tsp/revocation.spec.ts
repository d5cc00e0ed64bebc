import { toBase64, utf8 } from '../bytes';
import { unvaryingP256 } from '../testing/keys';
import { authorityWithLists, type ListParts } from '../testing';
import { boolean, der, oid, sequence } from '../asn1/write';
import { OID } from '../asn1/oids';
import { certify, respond } from './authority';
import { parseCertificate } from './certificate';
import { timeStampRequest } from './request';
import { isListOf, parseRevocationList } from './revocation';
import { verifyToken } from './verify-token';

const stamped = utf8('MANIFEST.sig of a package');
const AT = '2026-11-22T03:29:45.250Z';
const TIMELY = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-29T00:00:00.000Z' };
const LATER = { from: '2026-11-25T00:00:00.000Z', to: '2026-12-02T00:00:00.000Z' };
const URL = 'http://lists.test/stamps.crl';

describe('revocation lists made by openssl', () => {
  const { authority, entry, stamp, list } = authorityWithLists({ listUrls: [URL] });
  const token = stamp(stamped, 'sha256', AT);
  const said = (material: Uint8Array[]): string => {
    try {
      return verifyToken(token, { stamped, tsa: [entry], material }).unlooked.length === 0 ? 'good' : 'unknown';
    } catch (fault) {
      return (fault as Error).message;
    }
  };
  const REVOKED = 'TST_CHAIN: a certificate was revoked before';

  it.each<[string, ListParts, string]>([
    ['not listed, list of that moment', TIMELY, 'good'],
    ['not listed, list of days later', LATER, 'good'],
    ['revoked before the time of the token', { ...TIMELY, revoked: '2026-11-21T12:00:00.000Z' }, REVOKED],
    ['revoked before, told later only', { ...LATER, revoked: '2026-11-22T03:29:45.000Z' }, REVOKED],
    ['revoked after the time of the token', { ...LATER, revoked: '2026-11-22T03:29:46.000Z' }, 'good'],
    [
      'a list that was over before the token was made',
      { from: '2026-10-01T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z' },
      'unknown',
    ],
    [
      'a list from after the end of the certificate',
      { from: '2031-01-01T00:00:00.000Z', to: '2031-02-01T00:00:00.000Z' },
      'unknown',
    ],
    ['forged, nothing listed', { ...TIMELY, forged: true }, 'unknown'],
    ['forged, revoked before', { ...TIMELY, forged: true, revoked: '2026-11-21T12:00:00.000Z' }, 'unknown'],
    ['of changes only', { ...TIMELY, extensions: '2.5.29.27 = critical,DER:020101' }, 'unknown'],
    [
      'of another distribution point',
      { ...TIMELY, extensions: 'issuingDistributionPoint = critical,@p\n[p]\nfullname = URI:http://lists.test/other.crl' },
      'unknown',
    ],
    [
      'of its distribution point',
      { ...TIMELY, extensions: `issuingDistributionPoint = critical,@p\n[p]\nfullname = URI:${URL}` },
      'good',
    ],
    ['of authorities only', { ...TIMELY, extensions: 'issuingDistributionPoint = critical,@p\n[p]\nonlyCA = TRUE' }, 'unknown'],
    ['of users only', { ...TIMELY, extensions: 'issuingDistributionPoint = critical,@p\n[p]\nonlyuser = TRUE' }, 'good'],
    [
      'of other issuers, and it names the number',
      {
        ...TIMELY,
        revoked: '2026-11-21T12:00:00.000Z',
        extensions: 'issuingDistributionPoint = critical,@p\n[p]\nindirectCRL = TRUE',
      },
      'unknown',
    ],
  ])('%s: %s', (_name, parts, expected) => {
    expect(said([list(parts)])).toBe(expected);
  });

  it('without any list, and with what is none, nothing is known and nothing is held against the stamp', () => {
    expect(said([])).toBe('unknown');
    expect(said([utf8('junk'), authority.root, authority.certificate])).toBe('unknown');
  });

  it('the certificate says where its lists are, and who is in a list', () => {
    expect(parseCertificate(authority.certificate).listUrls).toEqual([URL]);
    const parsed = parseRevocationList(list({ ...LATER, revoked: '2026-11-22T03:29:46.000Z' }));
    expect(parsed).toMatchObject({
      thisUpdate: LATER.from,
      nextUpdate: LATER.to,
      revoked: new Map([['02', '2026-11-22T03:29:46.000Z']]),
    });
  });

  it('every bit of a list counts: with one flipped it is nobody’s list', () => {
    const bytes = list(TIMELY);
    const issuer = parseCertificate(authority.root);
    expect(isListOf(parseRevocationList(bytes), issuer)).toBe(true);
    for (let i = 0; i < bytes.length; i++) {
      const bad = Uint8Array.from(bytes, (byte, j) => (j === i ? byte ^ (1 << (i % 8)) : byte));
      let held = false;
      try {
        held = isListOf(parseRevocationList(bad), issuer);
      } catch {
        // no list any more
      }
      expect({ i, held }).toEqual({ i, held: false });
    }
  });
});

it('an issuer who may not sign lists gives none', () => {
  const [rootKey, key] = [unvaryingP256(50), unvaryingP256(51)];
  const life = { from: new Date('2026-01-01'), to: new Date('2030-01-01') };
  const root = (usage: number) =>
    certify({
      serial: 1,
      subject: 'top',
      issuer: 'top',
      ...life,
      key: rootKey,
      signer: rootKey,
      extensions: [
        { critical: true, id: OID.basicConstraints, value: sequence(boolean(true)) },
        { critical: true, id: OID.keyUsage, value: der(0x03, Uint8Array.of(1, usage)) },
      ],
    });
  expect([0x04, 0x06].map((usage) => parseCertificate(root(usage)).maySignLists)).toEqual([false, true]);
  const stamping = [{ critical: true, id: OID.extendedKeyUsage, value: sequence(oid(OID.timeStamping)) }];
  const signer = certify({ serial: 2, subject: 'end', issuer: 'top', ...life, key, signer: rootKey, extensions: stamping });
  const request = timeStampRequest(stamped, 'sha256', Uint8Array.of(7)).bytes;
  const response = respond(
    { name: 'x', policy: '1.2.3', rootKey, key, ...life },
    signer,
    request,
    new Date(AT),
    Uint8Array.of(9),
  );
  const tsa = [{ name: 'x', root: toBase64(root(0x04)), policies: [], algorithms: ['sha256'], internal: false }];
  expect(verifyToken(response, { stamped, tsa }).unlooked).toEqual(['02']);
});
