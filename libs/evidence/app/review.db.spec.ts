import { createHash, generateKeyPairSync } from 'node:crypto';
import { bytesSource, createAuthority, readContainer, textOf, wholeOf } from '../../proof';
import { aHouse, type House } from '../testing/a-house';
import { certificateFacts } from './certificates';
import { ChainStates } from './chain-state';

let house: House;
beforeAll(async () => (house = await aHouse()), 60_000);
afterAll(() => house.close());

const unsigned = () => Promise.resolve();
const COPY = { recipient: '交城县人民法院', ground: '个人信息保护法第二十五条' };

describe('a copy that leaves files out', () => {
  const left = ['content/text.txt', 'record/dns.jsonl'];

  it('keeps their digests in MANIFEST.json and SEAL, and the verifier names each and finds nothing wrong', async () => {
    const { id } = await house.fixedPackage();
    const bytes = await house.exported(id, unsigned, { ...COPY, withheld: left });
    const { reasons, findings } = await house.verify(bytes, { level: 2 });
    expect(reasons).toEqual([]);
    expect(findings.filter(({ code }) => code === 'WITHHELD').map(({ subject }) => subject)).toEqual(left);
    const { entries } = await readContainer(bytesSource(bytes));
    const paths = entries.map(({ path }) => path);
    expect(paths.filter((path) => left.includes(path))).toEqual([]);
    const seal = textOf(await wholeOf(entries.find(({ path }) => path === 'SEAL')!.source, 1_000_000));
    const manifest = textOf(await wholeOf(entries.find(({ path }) => path === 'MANIFEST.json')!.source, 1_000_000));
    for (const path of left) {
      const [file] = await house.database.admin.query<{ sha256: string }[]>(
        'SELECT sha256 FROM evidence_file WHERE package_id = $1 AND path = $2',
        [id, path],
      );
      expect(seal).toMatch(new RegExp(`^withheld \\d+ ${file!.sha256} [0-9a-f]{64} ${path.replaceAll('.', '\\.')}$`, 'm'));
      expect(manifest).toContain(file!.sha256);
    }
  });

  it('is told in the custody chain with its receiver and ground', async () => {
    const { id } = await house.fixedPackage();
    await house.exported(id, unsigned, { ...COPY, withheld: left });
    const entry = (await house.db.as(house.worker, (tx) => house.ledger.custodyOf(tx, id))).at(-1)!;
    expect(entry.type).toBe('evidence.exported');
    expect(JSON.parse(entry.body!)).toMatchObject({ to: COPY.recipient, legalBasis: COPY.ground, withheld: left, n: 1 });
  });

  it.each([
    ['without a receiver', { ground: COPY.ground, withheld: left }, 'evidence.withholdNeedsGround'],
    ['without a ground', { recipient: COPY.recipient, withheld: left }, 'evidence.withholdNeedsGround'],
    ['of the manifest', { ...COPY, withheld: ['MANIFEST.json'] }, 'evidence.notWithholdable'],
    ['of what the rest is checked against', { ...COPY, withheld: ['record/exchanges.jsonl'] }, 'evidence.notWithholdable'],
    ['of a file that is not there', { ...COPY, withheld: ['content/none.txt'] }, 'evidence.notWithholdable'],
    [
      'of screens alone, while the archive shows the same',
      { ...COPY, withheld: ['content/screen/first.png'] },
      'evidence.withholdShowsSame',
    ],
  ])('is refused %s, and nothing is written', async (_what, copy, code) => {
    const { id } = await house.fixedPackage();
    const asking = house.db.as(house.officer, (tx) => house.evidence.requestExport(tx, id, '移送', copy));
    await expect(asking).rejects.toMatchObject({ code });
    const rows = await house.database.admin.query('SELECT FROM evidence_export WHERE package_id = $1', [id]);
    expect(rows).toEqual([]);
  });

  it('is held to receiver and ground by the database too', async () => {
    const { id } = await house.fixedPackage();
    const put = house.database.admin.query(
      `INSERT INTO evidence_export (id, package_id, n, state, purpose, requested_by, requested_at, withheld)
       VALUES (gen_random_uuid(), $1, 1, 'requested', 'x', 'x', now(), '{content/text.txt}')`,
      [id],
    );
    await expect(put).rejects.toThrow('evidence_export_withheld');
  });
});

describe('the chain of a package', () => {
  const chainOf = async (id: string) => {
    const chains = new ChainStates(house.evidence, house.content, house.ledger, house.trees, house.anchors);
    return house.db.as(house.officer, async (tx) => chains.of(tx, await house.evidence.get(tx, id)));
  };

  it('tells what is still to come, and names authority and time when it came', async () => {
    const { id } = await house.fixedPackage();
    expect(await chainOf(id)).toMatchObject({
      brokenAt: null,
      checkpoint: null,
      stamps: [],
      goodUntil: null,
      pending: ['place', 'checkpoint', 'stamp', 'checkpointStamp'],
    });
    await house.settle(unsigned);
    const state = await chainOf(id);
    expect(state.pending).toEqual(['checkpoint', 'checkpointStamp']); // no signer here
    expect(state.unplaced).toBe(0);
    expect(state.lastIndex).toBeLessThan(state.logSize);
    expect(state.stamps).toEqual([expect.objectContaining({ tsa: 'outer', algorithm: 'sha256', internal: false })]);
    expect(state.goodUntil).toBe(state.stamps[0]!.goodUntil);
  });

  it('names the first entry that a superuser changed', async () => {
    const { id } = await house.fixedPackage();
    expect((await chainOf(id)).brokenAt).toBeNull();
    await house.database.admin.query('ALTER TABLE ledger_entry DISABLE TRIGGER USER');
    await house.database.admin.query(
      `UPDATE ledger_entry SET entry = replace(convert_from(entry, 'UTF8'), '"v":1', '"v": 1')::bytea WHERE subject = $1 AND seq = 1`,
      [id],
    );
    await house.database.admin.query('ALTER TABLE ledger_entry ENABLE TRIGGER USER');
    expect((await chainOf(id)).brokenAt).toBe(1);
  });
});

describe('a body of an exchange', () => {
  it('is what was recorded; what was blocked has none', async () => {
    const { id } = await house.fixedPackage();
    const ask = (n: number, side: 'request' | 'response') =>
      house.db.as(house.officer, (tx) => house.content.exchangeBody(tx, id, n, side));
    const { line, bytes } = await ask(1, 'response');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(line.sha256);
    for (const [n, side] of [
      [1, 'request'],
      [2, 'response'],
      [99, 'response'],
    ] as const)
      // prettier-ignore
      await expect(ask(n, side)).rejects.toMatchObject({ code: 'evidence.bodyNotFound' });
  });
});

describe('a certificate', () => {
  it('is told in words; what is none is said to be none', () => {
    const key = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const [from, to] = [new Date('2026-01-01T00:00:00Z'), new Date('2030-01-01T00:00:00Z')];
    const der = Buffer.from(createAuthority({ name: 'outer', policy: '1.2.3', from, to, rootKey: key(), key: key() }).root);
    expect(certificateFacts(der)).toMatchObject({
      subject: expect.stringContaining('outer'),
      notBefore: from.toISOString(),
      notAfter: to.toISOString(),
      key: 'EC prime256v1',
      isCa: true,
      isSelfIssued: true,
      sha256: createHash('sha256').update(der).digest('hex'),
    });
    expect(certificateFacts(der.subarray(0, -1))).toBeNull();
    expect(certificateFacts(Buffer.from('<html>'))).toBeNull();
  });
});
