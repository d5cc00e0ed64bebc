import { hexDigest, utf8 } from '../../libs/proof';
import { aManifest, aStampedPackage, type StampedOptions } from '../../libs/proof/testing';
import { findingsOf, ours, type Question, theirs } from './support';

const LEAF = utf8('certificate');
const DECISION = { by: '办案人员甲', reason: '网站证书到期未换，须固定其现状' };
const ERRORS = ['expired', 'ERR_CERT_AUTHORITY_INVALID'];
const tls = {
  protocol: 'TLS 1.3',
  cipher: 'AES_128_GCM',
  leafSha256: hexDigest('sha256', LEAF),
  issuer: 'CN=shop.test',
  validFrom: '2020-01-01T00:00:00.000Z',
  validTo: '2021-01-01T00:00:00.000Z',
  errors: ERRORS,
};

/** A page of which the browser refused the certificate, as the manifest and the line of its exchange tell it. */
const packageOf = async (given: StampedOptions): Promise<Question> => {
  const { files, bundle } = await aStampedPackage({ record: { [`record/tls/${tls.leafSha256}.der`]: LEAF }, ...given });
  return { input: files, bundle, at: '2026-11-23T00:00:00.000Z', level: 5, checkpoints: [] };
};

const navigation = { ...aManifest({}).navigation!, tls };
const exchanges = { tls: { leafSha256: tls.leafSha256, errors: ERRORS } };

it.each<[string, StampedOptions, string[]]>([
  [
    'of the page, as its manifest lists them',
    { manifest: { navigation }, exchanges },
    ERRORS.map((code) => `TLS_ERROR /navigation/tls ${code}`),
  ],
  [
    'of a host that the manifest does not list, under its name',
    { exchanges },
    ERRORS.map((code) => `TLS_ERROR record/exchanges.jsonl shop.test ${code}`),
  ],
  ['none', {}, []],
])(
  'F26, I-19: certificate errors that an officer passed over are findings of both verifiers and change no verdict: %s',
  async (_what, given, findings) => {
    const question = await packageOf({ ...given, request: { tlsOverride: DECISION } });
    const told = await ours(question);
    expect(told).toEqual({ verdict: 'PASSED', level: 5, reasons: [] });
    expect(theirs([question])).toEqual([told]);
    expect(await findingsOf(question, 'TLS_ERROR')).toEqual({ ours: findings, theirs: findings });
  },
);

it.each<[string, StampedOptions['request']]>([
  ['no decision', {}],
  ['no reason', { tlsOverride: { ...DECISION, reason: '' } }],
  ['no officer', { tlsOverride: { reason: DECISION.reason } }],
  ['no object', { tlsOverride: true }],
])('F26, I-19: passed over without the officer’s decision in the request, which is logged before: %s', async (_what, request) => {
  const question = await packageOf({ manifest: { navigation }, exchanges, request });
  const told = await ours(question);
  expect(told).toMatchObject({ verdict: 'FAILED', reasons: ['V9 CROSS_MISMATCH'] });
  expect(theirs([question])).toEqual([told]);
});
