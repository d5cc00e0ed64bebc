import { utf8 } from '../../libs/proof';
import {
  type AnswerParts,
  aStampedPackage,
  authorityWithAnswers,
  authorityWithLists,
  type ListParts,
  type StampedOptions,
} from '../../libs/proof/testing';
import { findingsOf, ours, type Question, theirs } from './support';

const TIMELY = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-29T00:00:00.000Z' };
const LATER = { from: '2026-11-25T00:00:00.000Z', to: '2026-12-02T00:00:00.000Z' };
const TOKENS = ['proofs/manifest.sha256.tsr', 'proofs/manifest.sm3.tsr', 'record/before/pre.tsr', 'proofs/checkpoint.tsr'];

/** Packages with revocation lists that openssl made in `trust/`, read by both verifiers. */
describe('revocation of the certificates of a stamp', () => {
  const { entry, stamp, list } = authorityWithLists({ listUrls: ['http://lists.test/stamps.crl'] });
  const withTrust = async (material: Record<string, Uint8Array>): Promise<Question> => {
    const { files, bundle } = await aStampedPackage({ authority: { stamp, entry }, files: (all) => ({ ...all, ...material }) });
    return { input: files, bundle, at: '2026-12-10T00:00:00.000Z', level: 5, checkpoints: [] };
  };

  it.each<[string, ListParts | null, 'PASSED' | 'FAILED', boolean]>([
    ['good', TIMELY, 'PASSED', true],
    ['revoked before the stamp', { ...TIMELY, revoked: '2026-11-21T00:00:00.000Z' }, 'FAILED', true],
    ['revoked after every stamp', { ...LATER, revoked: '2026-11-24T00:00:00.000Z' }, 'PASSED', true],
    ['a forged list', { ...TIMELY, forged: true, revoked: '2026-11-21T00:00:00.000Z' }, 'PASSED', false],
    ['a list of changes only', { ...TIMELY, extensions: '2.5.29.27 = critical,DER:020101' }, 'PASSED', false],
    [
      'a list of another distribution point',
      { ...TIMELY, extensions: 'issuingDistributionPoint = critical,@p\n[p]\nfullname = URI:http://lists.test/other.crl' },
      'PASSED',
      false,
    ],
    ['none', null, 'PASSED', false],
  ])('I-19: %s', async (_name, parts, verdict, looked) => {
    const question = await withTrust(parts ? { 'trust/crl-0.der': list(parts), 'trust/other.der': utf8('no list') } : {});
    const told = await ours(question);
    expect(told.verdict).toBe(verdict);
    expect(theirs([question])).toEqual([told]);
    if (verdict === 'FAILED') return expect(told.reasons[0]).toBe('V4 TST_CHAIN');
    const found = await findingsOf(question, 'REVOCATION_UNKNOWN');
    expect(found.theirs.sort()).toEqual([...found.ours].sort());
    expect(found.ours).toEqual(looked ? [] : TOKENS.map((path) => `REVOCATION_UNKNOWN ${path} 02`));
  });
});

/** The same with OCSP answers, made by the openssl command at the present time. */
describe('OCSP answers about the certificates of a stamp', () => {
  const made = authorityWithAnswers({ responderUrls: ['http://answers.test/'] });
  const { entry, stamp, answer, list } = made;
  const BEFORE = '2026-11-21T00:00:00.000Z';
  const AFTER = '2026-11-24T00:00:00.000Z';
  const withTrust = async (material: Record<string, Uint8Array>, more: StampedOptions = {}): Promise<Question> => {
    const { files, bundle } = await aStampedPackage({
      authority: { stamp, entry },
      files: (all) => ({ ...all, ...material }),
      ...more,
    });
    return { input: files, bundle, at: new Date(Date.now() + 30 * 86_400_000).toISOString(), level: 5, checkpoints: [] };
  };

  it.each<[string, AnswerParts, 'PASSED' | 'FAILED', boolean, string[]]>([
    ['good, by the issuer', { by: 'issuer' }, 'PASSED', true, []],
    ['good, by a responder', {}, 'PASSED', true, []],
    ['good, by a responder that names its key', { byKey: true }, 'PASSED', true, []],
    ['good, without the certificate of the responder', {}, 'PASSED', false, ['-resp_no_certs']],
    ['good, signed over SHA-1', {}, 'PASSED', false, ['-rmd', 'sha1']],
    ['wrong responder: no purpose', { by: 'no-purpose' }, 'PASSED', false, []],
    ['wrong responder: of another issuer', { by: 'stranger' }, 'PASSED', false, []],
    ['wrong responder: its certificate had ended', { by: 'ended' }, 'PASSED', false, []],
    ['wrong certificate', { serial: 3 }, 'PASSED', false, []],
    ['unknown', { status: 'unknown' }, 'PASSED', false, []],
    ['revoked before the stamp', { status: { revokedAt: BEFORE, reason: 'keyCompromise' } }, 'FAILED', true, []],
    ['revoked after every stamp', { status: { revokedAt: AFTER } }, 'PASSED', true, []],
    ['revoked before, by one that may not say so', { by: 'stranger', status: { revokedAt: BEFORE } }, 'PASSED', false, []],
  ])('I-19: %s', async (_name, parts, verdict, looked, how) => {
    const question = await withTrust({ 'trust/ocsp-0.der': answer(parts, ...how) });
    await same(question, verdict, looked ? [] : TOKENS);
  });

  it.each([
    ['over', ['-ndays', '1'], true],
    ['without a next one', [], true],
    ['still in force', ['-ndays', '3'], false],
  ] as const)('I-19: an answer older than the stamp, %s', async (_name, how, unknown) => {
    const tokenAt = new Date(Date.now() + 2 * 86_400_000).toISOString();
    const question = await withTrust({ 'trust/ocsp-0.der': answer({}, ...how) }, { tokenAt });
    await same(question, 'PASSED', unknown ? TOKENS.slice(0, 2) : []);
  });

  it('I-19: where list and answer disagree the stricter counts', async () => {
    const days = { from: '2026-11-25T00:00:00.000Z', to: '2026-12-02T00:00:00.000Z' };
    const lists = [list(days), list({ ...days, revoked: BEFORE })];
    const answers = [answer(), answer({ status: { revokedAt: BEFORE } })];
    await same(await withTrust({ 'trust/crl-0.der': lists[0]!, 'trust/ocsp-0.der': answers[1]! }), 'FAILED', []);
    await same(await withTrust({ 'trust/crl-0.der': lists[1]!, 'trust/ocsp-0.der': answers[0]! }), 'FAILED', []);
    await same(
      await withTrust({ 'trust/crl-0.der': lists[0]!, 'trust/ocsp-0.der': answer({ status: 'unknown' }) }),
      'PASSED',
      [],
    );
  });

  it('I-19: a responder that a list takes back', async () => {
    const days = { from: '2026-11-25T00:00:00.000Z', to: '2026-12-02T00:00:00.000Z', serial: '09' };
    const extensions = 'issuingDistributionPoint = critical,@p\n[p]\nonlyCA = TRUE';
    const gone = list({ ...days, revoked: BEFORE, extensions });
    await same(await withTrust({ 'trust/a.der': answer(), 'trust/b.der': gone }), 'PASSED', TOKENS);
  });

  it('I-19, I-18: changed in one byte, cut, or made of junk, an answer says nothing to either', async () => {
    const bytes = answer();
    const places = Array.from({ length: 8 }, (_, n) => Math.floor((n * bytes.length) / 8));
    const changed = [
      ...places.map((at) => Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 0x04 : byte))),
      bytes.slice(0, -1),
      new Uint8Array(200_000).fill(0x30),
      new Uint8Array(300_000),
      utf8('<html>'),
    ];
    for (const material of changed) await same(await withTrust({ 'trust/ocsp-0.der': material }), 'PASSED', TOKENS);
  }, 300_000);

  async function same(question: Question, verdict: string, unknown: readonly string[]): Promise<void> {
    const told = await ours(question);
    expect(told.verdict).toBe(verdict);
    expect(theirs([question])).toEqual([told]);
    if (verdict === 'FAILED') return expect(told.reasons[0]).toBe('V4 TST_CHAIN');
    const found = await findingsOf(question, 'REVOCATION_UNKNOWN');
    expect(found.theirs.sort()).toEqual([...found.ours].sort());
    expect(found.ours.sort()).toEqual(unknown.map((path) => `REVOCATION_UNKNOWN ${path} 02`).sort());
  }
});
