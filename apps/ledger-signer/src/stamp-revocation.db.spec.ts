import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aHouse, type House, type HouseOptions } from '../../../libs/evidence/testing';
import { bytesSource, readContainer, toBase64 } from '../../../libs/proof';
import { aTrustBundle, authorityWithLists, type ListParts, testKeys } from '../../../libs/proof/testing';
import { CheckpointSigner } from './checkpoint-signer';
import { KeptRoots } from './remembered';

const DAY_MS = 86_400_000;
const URL = 'http://lists.test/stamps.crl';
/** The house opens on 2026-11-22 at 03:30. */
const TIMELY: ListParts = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-25T00:00:00.000Z' };
const NEXT: ListParts = { from: '2026-11-25T00:00:00.000Z', to: '2026-11-28T00:00:00.000Z' };

let house: House;
afterEach(() => house.close());

/** A stamped package of a house whose outside authority has its lists at `URL`. */
async function open(options: HouseOptions = {}, outside = authorityWithLists({ name: 'outer', listUrls: [URL] })) {
  const signers = aTrustBundle().signers.map((signer) => ({ ...signer, to: '2036-01-01T00:00:00.000Z' }));
  const life = { from: '2026-01-01', to: '2030-01-01' };
  house = await aHouse({
    trust: { signers },
    authorities: [{ name: 'outer', algorithm: 'sha256', ...life, made: outside.authority }],
    ...options,
  });
  house.setTrust({ tsa: house.tsa.map((entry) => ({ ...entry, policies: [] })) });
  const kept = new KeptRoots(join(house.root, 'kept.json'));
  const signer = new CheckpointSigner(house.signerDb, house.clock, testKeys.ledger, kept, { intervalMs: 0, adopt: false });
  const sign = () => signer.look();
  const row = await house.fixedPackage();
  await house.settle(sign);
  return { outside, sign, row };
}

const look = () => house.run(() => house.lists.look());
const kept = () =>
  house.database.admin.query<{ source: string; this_update: Date }[]>(
    'SELECT source, this_update FROM stamp_revocation ORDER BY this_update',
  );
const refusals = () =>
  house.database.admin.query<{ tries: number; reason: string }[]>(
    `SELECT tries, reason FROM ledger_retry WHERE what LIKE 'revocation %'`,
  );

/** An export, what both its certificates' lists are called, and what the verifier says of it. */
async function exported(id: string, sign: () => Promise<unknown>) {
  const bytes = await house.exported(id, sign);
  const { entries } = await readContainer(bytesSource(bytes));
  const lists = [...entries.values()].map(({ path }) => path).filter((path) => path.startsWith('trust/'));
  const { verdict, findings, reasons } = await house.verify(bytes, { level: 4 });
  return { lists, verdict, reasons: reasons.map(({ code }) => code), findings: findings.map(({ code }) => code) };
}

describe('revocation of the certificates behind stamps', () => {
  it('a list is fetched through the capture process after the stamp, kept beside it, and goes out with every export', async () => {
    const outside = authorityWithLists({ name: 'outer', listUrls: [URL] });
    const asked: string[] = [];
    const list = outside.list(TIMELY);
    const probe = ({ url }: { url: string }) => {
      asked.push(url);
      return { status: 200, headers: [], bodyBase64: toBase64(list), ip: '192.0.2.8' };
    };
    const { row, sign } = await open({ revocation: { probe } }, outside);
    expect((await exported(row.id, sign)).findings).toContain('REVOCATION_UNKNOWN');
    await look();
    await look();
    expect(asked).toEqual([URL]); // one list of one issuer, and it is still in force
    expect(await kept()).toEqual([{ source: URL, this_update: new Date(TIMELY.from) }]);
    const copy = await exported(row.id, sign);
    expect(copy).toMatchObject({
      verdict: 'PASSED',
      reasons: [],
      lists: [expect.stringMatching(/^trust\/crl-[0-9a-f]{16}\.der$/)],
    });
    expect(copy.findings).not.toContain('REVOCATION_UNKNOWN');
  });

  it('when the list is over, the next one is fetched, which speaks of the whole time of the stamp; then nobody is asked any more', async () => {
    const outside = authorityWithLists({ name: 'outer', listUrls: [URL] });
    let list = outside.list(TIMELY);
    let asked = 0;
    const probe = () => ({ status: 200, bodyBase64: toBase64(list), asked: (asked += 1) });
    await open({ revocation: { probe } }, outside);
    await look();
    house.clock.advance(3 * DAY_MS);
    list = outside.list(NEXT);
    await look();
    house.clock.advance(30 * DAY_MS);
    await look();
    expect({ asked, kept: (await kept()).map(({ this_update }) => this_update.toISOString()) }).toEqual({
      asked: 2,
      kept: [TIMELY.from, NEXT.from],
    });
  });

  it('a certificate that was revoked after the stamp leaves the package as it is; revoked before, every later copy says so', async () => {
    for (const [revoked, verdict] of [
      ['2026-11-22T12:00:00.000Z', 'PASSED'],
      ['2026-11-22T01:00:00.000Z', 'FAILED'],
    ] as const) {
      const outside = authorityWithLists({ name: 'outer', listUrls: [URL] });
      const list = outside.list({ ...NEXT, revoked });
      const probe = () => ({ status: 200, bodyBase64: toBase64(list) });
      const { row, sign } = await open({ revocation: { probe } }, outside);
      house.clock.advance(3 * DAY_MS + 3_600_000);
      await look();
      const copy = await exported(row.id, sign);
      expect(copy.verdict).toBe(verdict);
      if (verdict === 'FAILED') expect(copy.reasons[0]).toBe('TST_CHAIN');
      if (verdict === 'PASSED') await house.close();
    }
  });

  const answers = (outside: ReturnType<typeof authorityWithLists>): [string, object, RegExp][] => {
    const list = (parts: ListParts) => ({ status: 200, bodyBase64: toBase64(outside.list(parts)) });
    return [
      ['a forged list', list({ ...TIMELY, forged: true }), /is no list of the issuer/],
      [
        'a list that is over',
        list({ from: '2026-10-01T00:00:00.000Z', to: '2026-10-08T00:00:00.000Z' }),
        /was over at 2026-10-08/,
      ],
      ['a list from tomorrow', list({ from: '2026-11-23T00:00:00.000Z', to: '2026-11-30T00:00:00.000Z' }), /still to come/],
      [
        'a list of authorities',
        list({ ...TIMELY, extensions: 'issuingDistributionPoint = critical,@p\n[p]\nonlyCA = TRUE' }),
        /other certificates/,
      ],
      ['HTML', { status: 200, bodyBase64: Buffer.from('<html>').toString('base64') }, /DER/],
      ['404', { status: 404, bodyBase64: '' }, /answered 404/],
      ['an address in a private network', { status: 0, bodyBase64: '', refused: 'address.private' }, /refused: address.private/],
      ['nobody', { status: 0, bodyBase64: '', error: 'timeout' }, /timeout/],
      ['too much', { status: 200, bodyBase64: Buffer.alloc(262_145, 0x30).toString('base64') }, /longer than 262144 bytes/],
    ];
  };

  it('what is no list of the issuer is never kept, holds no stamp up, and is asked for again', async () => {
    const outside = authorityWithLists({ name: 'outer', listUrls: [URL] });
    let answer: object = {};
    const { row } = await open({ revocation: { probe: () => answer } }, outside);
    let tries = 0;
    for (const [name, played, reason] of answers(outside)) {
      answer = played;
      await look();
      tries += 1;
      expect({ name, refusals: await refusals() }).toEqual({
        name,
        refusals: [{ tries, reason: expect.stringMatching(reason) }],
      });
      house.clock.advance(3_600_000);
    }
    expect(await kept()).toEqual([]);
    expect(row.state).not.toBe('failed');
    const [state] = await house.database.admin.query<{ state: string }[]>('SELECT state FROM evidence_package WHERE id = $1', [
      row.id,
    ]);
    expect(state).toEqual({ state: 'stamped' });
    answer = { status: 200, bodyBase64: toBase64(outside.list(TIMELY)) };
    await look();
    expect([(await kept()).length, await refusals()]).toEqual([1, []]);
  });

  it('without a way out, lists come from files, DER or PEM, and addresses are not asked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nms-lists-'));
    const outside = authorityWithLists({ name: 'outer', listUrls: [URL] });
    const base64 = toBase64(outside.list(TIMELY)).replace(/.{64}/g, '$&\n');
    const files = ['missing.crl', 'stranger.crl', 'stamps.pem'].map((name) => join(folder, name));
    writeFileSync(files[1]!, authorityWithLists({ name: 'other' }).list(TIMELY));
    writeFileSync(files[2]!, `-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`);
    const { row, sign } = await open({ revocation: { files } }, outside);
    await look();
    expect((await kept()).map(({ source }) => source)).toEqual([files[2]]);
    expect(await exported(row.id, sign)).toMatchObject({ verdict: 'PASSED', lists: [expect.any(String)] });
  });

  it('where nothing is configured and the certificate names no address, that is told', async () => {
    await open({}, authorityWithLists({ name: 'outer' }));
    await look();
    expect(await refusals()).toEqual([{ tries: 1, reason: expect.stringContaining('names no address') }]);
  });

  it('a renewal asks anew for every certificate that still lives', async () => {
    const outside = authorityWithLists({ name: 'outer', listUrls: [URL] });
    let list = outside.list({ from: '2026-11-22T04:00:00.000Z', to: '2026-11-29T00:00:00.000Z' });
    const probe = () => ({ status: 200, bodyBase64: toBase64(list) });
    const { sign } = await open({ revocation: { probe } }, outside);
    house.clock.advance(3_600_000);
    await look();
    house.clock.advance(366 * DAY_MS);
    await look();
    expect(await kept()).toHaveLength(1);
    await house.settle(sign);
    const [renewed] = await house.database.admin.query<{ n: number }[]>('SELECT count(*)::int AS n FROM ledger_renewal');
    expect(renewed).toEqual({ n: 1 });
    list = outside.list({ from: '2027-11-23T04:20:00.000Z', to: '2027-11-30T00:00:00.000Z' });
    await look();
    expect((await kept()).map(({ this_update }) => this_update.toISOString())).toEqual([
      '2026-11-22T04:00:00.000Z',
      '2027-11-23T04:20:00.000Z',
    ]);
  });

  it('what was kept can be changed by nobody', async () => {
    const outside = authorityWithLists({ name: 'outer', listUrls: [URL] });
    const bodyBase64 = toBase64(outside.list(TIMELY));
    await open({ revocation: { probe: () => ({ status: 200, bodyBase64 }) } }, outside);
    await look();
    for (const table of ['stamp_certificate', 'stamp_chain', 'stamp_revocation'])
      for (const sql of [`DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`])
        await expect(house.database.admin.query(sql)).rejects.toThrow('insert-only');
  });
});
