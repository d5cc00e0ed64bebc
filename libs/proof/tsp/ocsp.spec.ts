import { boolean, octets, oid, sequence } from '../asn1/write';
import { fromHex, toHex, utf8 } from '../bytes';
import { type AnswerParts, authorityWithAnswers, type MadeAnswerParts } from '../testing';
import { parseCertificate } from './certificate';
import { linesAbout, NotAnswered, parseOcspAnswer } from './ocsp';
import { verifyToken } from './verify-token';

const stamped = utf8('MANIFEST.sig of a package');
const AT = '2026-11-22T03:29:45.250Z';
const URL = 'http://answers.test/';
const REVOKED = 'TST_CHAIN: a certificate was revoked before';
const house = authorityWithAnswers({ responderUrls: [URL] });
const { authority, entry, stamp, list, answer, madeAnswer, openssl } = house;

/** What a token of `at` is worth beside this material: good, unknown, or why it is refused. */
function said(material: Uint8Array[], at = AT): string {
  try {
    const token = stamp(stamped, 'sha256', at);
    return verifyToken(token, { stamped, tsa: [entry], material }).unlooked.length === 0 ? 'good' : 'unknown';
  } catch (fault) {
    return (fault as Error).message;
  }
}

/** So many days from now: the command has the clock of the machine. */
const fromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

describe('answers made by openssl ocsp, at the present time', () => {
  const table: [string, AnswerParts, string[], string, string][] = [
    ['good, by the issuer', { by: 'issuer' }, [], AT, 'good'],
    ['good, by a responder of the issuer', {}, [], AT, 'good'],
    ['good, responder named by its key', { byKey: true }, [], AT, 'good'],
    ['good, the issuer named by its key', { by: 'issuer', byKey: true }, [], AT, 'good'],
    ['good, signed with SHA-384', {}, ['-rmd', 'sha384'], AT, 'good'],
    ['good, signed with SHA-1', {}, ['-rmd', 'sha1'], AT, 'unknown'],
    ['good, without the certificate of the responder', {}, ['-resp_no_certs'], AT, 'unknown'],
    ['good, of the issuer without its certificate', { by: 'issuer' }, ['-resp_no_certs'], AT, 'good'],
    ['the responder may not answer', { by: 'no-purpose' }, [], AT, 'unknown'],
    ['the responder is of another issuer of the same name', { by: 'stranger' }, [], AT, 'unknown'],
    ['the certificate of the responder had ended', { by: 'ended' }, [], AT, 'unknown'],
    ['of another certificate', { serial: 3 }, [], AT, 'unknown'],
    ['the responder does not know it', { status: 'unknown' }, [], AT, 'unknown'],
    ['revoked before the time of the token', { status: { revokedAt: '2026-11-21T12:00:00.000Z' } }, [], AT, REVOKED],
    ['revoked before, with a reason', { status: { revokedAt: '2026-11-21T12:00:00.000Z', reason: 'superseded' } }, [], AT, REVOKED],
    ['revoked after the time of the token', { status: { revokedAt: '2026-11-22T03:29:46.000Z' } }, [], AT, 'good'],
    ['revoked before, says one that may not', { by: 'stranger', status: { revokedAt: '2026-11-21T12:00:00.000Z' } }, [], AT, 'unknown'],
    ['older than the token, and the next one is not told', {}, [], fromNow(2), 'unknown'],
    ['older than the token, and over when it was made', {}, ['-ndays', '1'], fromNow(2), 'unknown'],
    ['older than the token, and still in force when it was made', {}, ['-ndays', '3'], fromNow(2), 'good'],
  ]; // prettier-ignore
  it.each(table)('%s', (_name, parts, how, at, expected) => {
    expect(said([answer(parts, ...how)], at)).toBe(expected);
  });

  it('tells the reason and the moment of a revocation', () => {
    const parsed = parseOcspAnswer(answer({ status: { revokedAt: '2026-11-21T12:00:00.000Z', reason: 'keyCompromise' } }));
    expect(linesAbout(parsed, house.signer, house.root)).toMatchObject([
      { status: 'revoked', revokedAt: '2026-11-21T12:00:00.000Z', reason: 1 },
    ]);
    expect(parsed.nonce).toMatch(/^0410[0-9a-f]{32}$/); // the nonce of our request, read by the command
  });
});

describe('answers of any time', () => {
  const TIMELY: MadeAnswerParts = { thisUpdate: '2026-11-22T00:00:00.000Z', nextUpdate: '2026-11-23T00:00:00.000Z' };
  const critical = sequence(oid('1.2.3.4'), boolean(true), octets(fromHex('0500')));
  const harmless = sequence(oid('1.2.3.4'), octets(fromHex('0500')));

  it('are such as openssl reads too', () => {
    const now = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000).toISOString();
    const good = madeAnswer({ thisUpdate: now, nextUpdate: fromNow(1).replace(/\.\d+/, '.000') });
    expect(openssl(good)).toMatch(/Response verify OK[\s\S]*: good/);
    expect(openssl(madeAnswer({ thisUpdate: now, by: 'no-purpose' }))).toMatch(/Response Verify Failure/);
    const revoked = { revokedAt: '2026-11-21T12:00:00.000Z', reason: 1 };
    expect(openssl(madeAnswer({ thisUpdate: now, status: revoked }))).toMatch(/: revoked[\s\S]*keyCompromise/);
  });

  it.each<[string, MadeAnswerParts, string]>([
    ['in force then', TIMELY, 'good'],
    ['from after the token', { thisUpdate: '2026-11-25T00:00:00.000Z' }, 'good'],
    ['from before the token, no next one told', { thisUpdate: '2026-11-22T00:00:00.000Z' }, 'unknown'],
    ['over before the token', { thisUpdate: '2026-10-01T00:00:00.000Z', nextUpdate: '2026-10-02T00:00:00.000Z' }, 'unknown'],
    ['from after the end of the certificate', { thisUpdate: '2100-01-01T00:00:01.000Z' }, 'unknown'],
    [
      'made before what it tells of',
      { thisUpdate: '2026-11-25T00:00:00.000Z', producedAt: '2026-11-24T00:00:00.000Z' },
      'unknown',
    ],
    ['revoked at the moment of the token', { ...TIMELY, status: { revokedAt: '2026-11-22T03:29:45.250Z' } }, REVOKED],
    ['revoked a moment later', { ...TIMELY, status: { revokedAt: '2026-11-22T03:29:45.251Z' } }, 'good'],
    ['held back for a while, before the token', { ...TIMELY, status: { revokedAt: '2026-11-21T00:00:00.000Z', reason: 6 } }, REVOKED],
    ['of an issuer of another name', { ...TIMELY, issuerName: utf8('other') }, 'unknown'],
    ['with an extension that has to be known', { ...TIMELY, extensions: [critical] }, 'unknown'],
    ['with an extension that need not be known', { ...TIMELY, extensions: [harmless] }, 'good'],
    ['with one extension twice', { ...TIMELY, extensions: [harmless, harmless] }, 'unknown'],
  ])('%s', (_name, parts, expected) => {
    expect(said([madeAnswer(parts)])).toBe(expected);
  }); // prettier-ignore

  it('where a list and an answer disagree the stricter counts, whichever is read first', () => {
    const good = madeAnswer(TIMELY);
    const bad = madeAnswer({ ...TIMELY, status: { revokedAt: '2026-11-21T00:00:00.000Z' } });
    const days = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-29T00:00:00.000Z' };
    const [goodList, badList] = [list(days), list({ ...days, revoked: '2026-11-21T00:00:00.000Z' })];
    for (const material of [
      [good, badList],
      [badList, good],
      [bad, goodList],
      [goodList, bad],
      [good, bad],
      [bad, good],
    ])
      expect(said(material)).toBe(REVOKED);
    expect(said([madeAnswer({ ...TIMELY, status: 'unknown' }), goodList])).toBe('good');
  });

  // A list that says nothing of users where they are not named in it.
  const ONLY_CA = 'issuingDistributionPoint = critical,@p\n[p]\nonlyCA = TRUE';

  it('a responder whose certificate the issuer took back before it answered is not heard', () => {
    const gone = (revoked: string): Uint8Array =>
      list({ from: '2026-11-25T00:00:00.000Z', to: '2026-11-29T00:00:00.000Z', revoked, serial: '09', extensions: ONLY_CA });
    const told = madeAnswer(TIMELY);
    expect(said([told, gone('2026-11-21T00:00:00.000Z')])).toBe('unknown');
    expect(said([told, gone('2026-11-22T00:00:01.000Z')])).toBe('good');
  });
});

describe('hostile answers', () => {
  const good = madeAnswer({ thisUpdate: '2026-11-25T00:00:00.000Z', by: 'responder' });

  it('I-18: with any byte changed, cut anywhere, or junk, it is nobody’s answer and nothing breaks', () => {
    const token = stamp(stamped, 'sha256', AT);
    const look = (material: Uint8Array): number => verifyToken(token, { stamped, tsa: [entry], material: [material] }).unlooked.length; // prettier-ignore
    expect(look(good)).toBe(0);
    const held: number[] = [];
    for (let i = 0; i < good.length; i++) {
      if (look(Uint8Array.from(good, (byte, j) => (j === i ? byte ^ (1 << (i % 8)) : byte))) === 0) held.push(i);
      if (look(good.slice(0, i)) === 0) held.push(i);
    }
    expect(held).toEqual([]);
    for (const junk of [new Uint8Array(), new Uint8Array(262_144), new Uint8Array(262_144).fill(0x30), utf8('<html>')])
      expect(look(junk)).toBe(1);
  });

  it('a responder that gives no answer is told from junk', () => {
    for (const [code, name] of [
      [1, 'malformedRequest'],
      [3, 'tryLater'],
      [6, 'unauthorized'],
      [9, '9'],
    ] as const)
      expect(() => parseOcspAnswer(fromHex(`30030a010${code}`))).toThrow(
        new NotAnswered(`the responder gave no answer: ${name}`),
      );
    expect(() => parseOcspAnswer(fromHex('30030a0100'))).toThrow('OCSP answer');
  });

  it('the certificate says where it is asked; what is no web address is left out', () => {
    expect(parseCertificate(authority.certificate).responderUrls).toEqual([URL]);
    expect(parseCertificate(authority.root).responderUrls).toEqual([]);
    expect(toHex(house.signer.key.point)).toMatch(/^04/);
    const other = authorityWithAnswers({ responderUrls: ['ldap://answers.test/', 'HTTPS://answers.test/b'] });
    expect(other.signer.responderUrls).toEqual(['HTTPS://answers.test/b']);
  });
});
