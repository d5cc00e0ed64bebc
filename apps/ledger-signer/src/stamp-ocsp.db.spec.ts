import { join } from 'node:path';
import { aHouse, type House } from '../../../libs/evidence/testing';
import { bytesSource, fromBase64, parseOcspAnswer, readContainer, toBase64 } from '../../../libs/proof';
import { aTrustBundle, authorityWithAnswers, type MadeAnswerParts, testKeys } from '../../../libs/proof/testing';
import { CheckpointSigner } from './checkpoint-signer';
import { KeptRoots } from './remembered';

const DAY_MS = 86_400_000;
const LISTS = 'http://lists.test/stamps.crl';
const ANSWERS = 'http://answers.test/ask';
/** The house opens on 2026-11-22 at 03:30. */
const TIMELY: MadeAnswerParts = { thisUpdate: '2026-11-22T00:00:00.000Z', nextUpdate: '2026-11-25T00:00:00.000Z' };
const NEXT: MadeAnswerParts = { thisUpdate: '2026-11-25T00:00:00.000Z', nextUpdate: '2026-11-28T00:00:00.000Z' };

type Asked = Parameters<NonNullable<NonNullable<NonNullable<Parameters<typeof aHouse>[0]>['revocation']>['probe']>>[0];
type Outside = ReturnType<typeof authorityWithAnswers>;

let house: House;
afterEach(() => house.close());

const outer = (urls: { listUrls?: string[]; responderUrls?: string[] } = { responderUrls: [ANSWERS] }): Outside =>
  authorityWithAnswers({ name: 'outer', to: '2030-01-01T00:00:00Z', ...urls });

/** A stamped package of a house whose outside authority answers as `probe` does. */
async function open(outside: Outside, probe: (asked: Asked) => object) {
  const signers = aTrustBundle().signers.map((signer) => ({ ...signer, to: '2036-01-01T00:00:00.000Z' }));
  const life = { from: '2026-01-01', to: '2030-01-01' };
  house = await aHouse({
    trust: { signers },
    authorities: [{ name: 'outer', algorithm: 'sha256', ...life, made: outside.authority }],
    revocation: { probe },
  });
  house.setTrust({ tsa: house.tsa.map((entry) => ({ ...entry, policies: [] })) });
  const roots = new KeptRoots(join(house.root, 'kept.json'));
  const signer = new CheckpointSigner(house.signerDb, house.clock, testKeys.ledger, roots, { intervalMs: 0, adopt: false });
  const sign = () => signer.look();
  const row = await house.fixedPackage();
  await house.settle(sign);
  return { sign, row };
}

const gives = (bytes: Uint8Array) => ({ status: 200, bodyBase64: toBase64(bytes) });
const look = () =>
  house.run(async () => {
    await house.lists.look();
    await house.answers.look();
  });
const kept = () =>
  house.database.admin.query<{ kind: string; source: string; this_update: Date }[]>(
    'SELECT kind, source, this_update FROM stamp_revocation ORDER BY kind, this_update',
  );
const refusals = () =>
  house.database.admin.query<{ what: string; tries: number; reason: string }[]>(
    `SELECT what, tries, reason FROM ledger_retry WHERE what LIKE 'revocation %'`,
  );

/** An export, what it has in `trust/`, and what the verifier says of it. */
async function exported(id: string, sign: () => Promise<unknown>) {
  const bytes = await house.exported(id, sign);
  const { entries } = await readContainer(bytesSource(bytes));
  const trust = [...entries.values()].map(({ path }) => path).filter((path) => path.startsWith('trust/'));
  const { verdict, findings, reasons } = await house.verify(bytes, { level: 4 });
  return { trust, verdict, reasons: reasons.map(({ code }) => code), findings: findings.map(({ code }) => code) };
}

describe('OCSP answers about the certificates behind stamps', () => {
  it('the responder is asked once by POST through the capture process; its answer is kept and goes out with every export', async () => {
    const outside = outer();
    const asked: Asked[] = [];
    const { row, sign } = await open(outside, (question) => {
      asked.push(question);
      return gives(outside.madeAnswer(TIMELY));
    });
    expect((await exported(row.id, sign)).findings).toContain('REVOCATION_UNKNOWN');
    await look();
    await look();
    expect(asked).toEqual([
      {
        url: ANSWERS,
        maxBytes: 65_537,
        timeoutMs: 2_000,
        post: { type: 'application/ocsp-request', bodyBase64: expect.any(String) },
      },
    ]);
    expect(await kept()).toEqual([{ kind: 'ocsp', source: ANSWERS, this_update: new Date(TIMELY.thisUpdate) }]);
    expect(await refusals()).toEqual([]); // no list is named, so none is missed
    const copy = await exported(row.id, sign);
    expect(copy).toMatchObject({
      verdict: 'PASSED',
      reasons: [],
      trust: [expect.stringMatching(/^trust\/ocsp-[0-9a-f]{16}\.der$/)],
    });
    expect(copy.findings).not.toContain('REVOCATION_UNKNOWN');
  });

  it('where the certificate names lists and a responder both are asked, and the stricter counts', async () => {
    const outside = outer({ listUrls: [LISTS], responderUrls: [ANSWERS] });
    const list = outside.list({ from: '2026-11-22T00:00:00.000Z', to: '2026-11-25T00:00:00.000Z' });
    const answer = outside.madeAnswer({ ...TIMELY, status: { revokedAt: '2026-11-22T01:00:00.000Z', reason: 1 } });
    const { row, sign } = await open(outside, ({ url }) => gives(url === LISTS ? list : answer));
    await look();
    expect((await kept()).map(({ kind, source }) => [kind, source])).toEqual([
      ['crl', LISTS],
      ['ocsp', ANSWERS],
    ]);
    expect(await exported(row.id, sign)).toMatchObject({ verdict: 'FAILED', reasons: expect.arrayContaining(['TST_CHAIN']) });
  });

  it('when the answer is over, the next one is asked for, and the newest goes out', async () => {
    const outside = outer();
    let answer = TIMELY;
    let asked = 0;
    await open(outside, () => ({ ...gives(outside.madeAnswer(answer)), asked: (asked += 1) }));
    await look();
    house.clock.advance(3 * DAY_MS);
    answer = NEXT;
    await look();
    house.clock.advance(30 * DAY_MS);
    await look();
    expect({ asked, kept: (await kept()).map(({ this_update }) => this_update.toISOString()) }).toEqual({
      asked: 2,
      kept: [TIMELY.thisUpdate, NEXT.thisUpdate],
    });
  });

  const replies = (outside: Outside): [string, object, RegExp][] => {
    const made = (parts: Partial<MadeAnswerParts>) => gives(outside.madeAnswer({ ...TIMELY, ...parts }));
    const tampered = outside.madeAnswer(TIMELY);
    tampered[60]! ^= 1;
    return [
      ['of a responder without the right', made({ by: 'no-purpose' }), /is no answer of the issuer/],
      ['of a responder of somebody else', made({ by: 'stranger' }), /is no answer of the issuer/],
      ['changed on its way', gives(tampered), /answer|DER|certificates|time/],
      ['about another certificate', made({ issuerName: new Uint8Array([1]) }), /is about other certificates/],
      ['that does not know', made({ status: 'unknown' }), /does not know the certificate/],
      [
        'that was over before the stamp',
        made({ thisUpdate: '2026-10-01T00:00:00.000Z', nextUpdate: '2026-10-02T00:00:00.000Z' }),
        /says nothing of 2026-11-22/,
      ],
      ['from tomorrow', made({ thisUpdate: '2026-11-23T12:00:00.000Z' }), /still to come/],
      ['to another question', made({ nonce: new Uint8Array(16) }), /nonce/],
      ['tryLater', gives(new Uint8Array([0x30, 3, 0x0a, 1, 3])), /gave no answer: tryLater/],
      ['HTML', { status: 200, bodyBase64: Buffer.from('<html>').toString('base64') }, /DER/],
      ['500', { status: 500, bodyBase64: '' }, /answered 500/],
      ['an address in a private network', { status: 0, bodyBase64: '', refused: 'address.private' }, /refused: address.private/],
      ['nobody', { status: 0, bodyBase64: '', error: 'timeout' }, /timeout/],
      ['too much', { status: 200, bodyBase64: Buffer.alloc(65_537, 0x30).toString('base64') }, /longer than 65536 bytes/],
    ];
  };

  it('what is no answer of the issuer is never kept, holds no stamp up, and is asked for again', async () => {
    const outside = outer();
    let reply: object = {};
    const { row } = await open(outside, () => reply);
    let tries = 0;
    for (const [name, played, reason] of replies(outside)) {
      reply = played;
      await look();
      tries += 1;
      expect({ name, refusals: await refusals() }).toEqual({
        name,
        refusals: [
          { what: expect.stringMatching(/^revocation [0-9a-f]{64} ocsp$/), tries, reason: expect.stringMatching(reason) },
        ],
      });
      house.clock.advance(3_600_000);
    }
    expect(await kept()).toEqual([]);
    const state = await house.database.admin.query<object[]>('SELECT state FROM evidence_package WHERE id = $1', [row.id]);
    expect(state).toEqual([{ state: 'stamped' }]);
    reply = gives(outside.madeAnswer(TIMELY));
    await look();
    expect([(await kept()).length, await refusals()]).toEqual([1, []]);
  });

  it('the question is one that openssl reads, and an answer that carries its nonce is taken', async () => {
    const outside = outer();
    const questions: string[] = [];
    await open(outside, ({ post }) => {
      const bytes = fromBase64(post!.bodyBase64);
      // The nonce is the last 16 bytes of the question.
      questions.push(outside.readRequest(bytes));
      return gives(outside.madeAnswer({ ...TIMELY, nonce: bytes.slice(-16) }));
    });
    await look();
    expect(questions).toEqual([expect.stringMatching(/Serial Number: 02[\s\S]*OCSP Nonce/)]);
    const [row] = await house.database.admin.query<{ list: Buffer }[]>('SELECT list FROM stamp_revocation');
    expect(parseOcspAnswer(new Uint8Array(row!.list)).nonce).toMatch(/^0410/);
  });
});
