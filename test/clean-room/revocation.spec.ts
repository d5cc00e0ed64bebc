import { utf8 } from '../../libs/proof';
import { aStampedPackage, authorityWithLists, type ListParts } from '../../libs/proof/testing';
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
