import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aHouse, type House } from '../../../libs/evidence/testing';
import {
  type Authority,
  bytesSource,
  createAuthority,
  readContainer,
  textOf,
  timeStampRequest,
  tokenOf,
  type TrustBundle,
  utf8,
} from '../../../libs/proof';
import { testKeys } from '../../../libs/proof/testing';
import { CheckpointSigner } from './checkpoint-signer';
import { KeptRoots } from './remembered';

const POLICY = '1.2.3.4.1';
const LIFE = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2030-01-01T00:00:00Z') };
const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

let house: House;
let sign: () => Promise<unknown>;
let server: Server;
/** Authorities that we play ourselves, by their names: what the house's own cannot be made to do. */
let played: Map<string, { authority: Authority; answer: Play }>;
let asked: string[];

type Play = (request: Uint8Array, authority: Authority, reply: ServerResponse) => void;

const serial = () => new Uint8Array(randomBytes(8));
const right: Play = (request, authority, reply) =>
  void reply.end(Buffer.from(authority.respond(request, house.clock.now(), serial())));
/** Answers with a token whose clock is that far from ours. */
const off =
  (ms: number): Play =>
  (request, authority, reply) =>
    void reply.end(Buffer.from(authority.respond(request, new Date(house.clock.now().getTime() + ms), serial())));

beforeEach(async () => {
  played = new Map();
  asked = [];
  house = await aHouse({ authorities: [] });
  const kept = new KeptRoots(join(house.root, 'kept.json'));
  const signer = new CheckpointSigner(house.signerDb, house.clock, testKeys.ledger, kept, { intervalMs: 0, adopt: false });
  sign = () => signer.look();
  server = createServer((message, reply) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const { authority, answer } = played.get(message.url!.slice(1))!;
      asked.push(message.url!.slice(1));
      answer(new Uint8Array(Buffer.concat(chunks)), authority, reply);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await house.close();
});

/** Appoints authorities in this order of the configuration, and says which are outside of the agency. */
function appoint(...list: { name: string; internal?: boolean; answer?: Play; algorithm?: 'sha256' | 'sm3' }[]): void {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tsa: TrustBundle['tsa'] = list.map(({ name, internal = false, answer = right, algorithm = 'sha256' }) => {
    const authority = createAuthority({ ...LIFE, policy: POLICY, name, rootKey: ecKey(), key: ecKey() });
    played.set(name, { authority, answer });
    const root = Buffer.from(authority.root).toString('base64');
    return { name, root, policies: [POLICY], algorithms: [algorithm], internal };
  });
  house.setTrust({ tsa });
  house.config.tsaUrls = list.map(({ name, algorithm = 'sha256' }) => `${name}|${algorithm}|${base}/${name}`);
}

/** A first capture brings the log its first checkpoint; the second is the one looked at, exported. */
async function secondCapture(): Promise<{ id: string; files: Map<string, Uint8Array>; bytes: Uint8Array }> {
  await house.fixedPackage();
  await house.settle(sign);
  asked = [];
  const { id } = await house.fixedPackage();
  await house.settle(sign);
  const bytes = await house.exported(id, sign);
  return { id, bytes, files: await filesOf(bytes) };
}

async function filesOf(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const { entries } = await readContainer(bytesSource(bytes));
  const read = entries.map(async ({ path, source, size }) => [path, await source.read(0, size)] as const);
  return new Map(await Promise.all(read));
}

const manifestOf = (files: Map<string, Uint8Array>) =>
  JSON.parse(textOf(files.get('MANIFEST.json')!)) as { notBefore: { preToken: string | null } };
const toldIn = (files: Map<string, Uint8Array>) => {
  const lines = textOf(files.get('record/timeline.jsonl')!).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as { step: string; detail: string }).find(({ step }) => step === 'token.before')!
    .detail;
};
const stateOf = async (id: string) =>
  (
    await house.database.admin.query<{ state: string; dated_by: string | null }[]>(
      'SELECT state, dated_by FROM evidence_package WHERE id = $1',
      [id],
    )
  )[0];

describe('C3: made after', () => {
  it('dates the request before the capture; the verifier holds the order, and openssl agrees about the token', async () => {
    appoint({ name: 'outer' });
    const { files, bytes } = await secondCapture();
    expect(manifestOf(files).notBefore.preToken).toBe('record/before/pre.tsr');
    expect(toldIn(files)).toMatch(/^outer 2026-11-22T.*Z, token [0-9a-f]{64}$/);
    const report = await house.verify(bytes, { level: 3 });
    expect(report).toMatchObject({ verdict: 'PASSED', reasons: [] });
    expect(report.findings.map(({ code }) => code)).not.toContain('NO_PRE_TOKEN');
    expect(report.steps.find(({ step }) => step === 'V4')).toMatchObject({ result: 'passed' });
    const folder = mkdtempSync(join(tmpdir(), 'nms-pre-'));
    const pem = (der: Uint8Array) =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
    writeFileSync(join(folder, 'root.pem'), pem(played.get('outer')!.authority.root));
    writeFileSync(join(folder, 'request.json'), files.get('record/request.json')!);
    writeFileSync(join(folder, 'pre.der'), tokenOf(files.get('record/before/pre.tsr')!));
    const seen = house.clock.now().getTime() / 1000;
    const verified = execFileSync(
      'openssl',
      [
        'ts',
        '-verify',
        '-data',
        'request.json',
        '-in',
        'pre.der',
        '-token_in',
        '-CAfile',
        'root.pem',
        '-attime',
        String(Math.floor(seen)),
      ],
      { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    expect(verified).toContain('OK');
  });

  it('is asked of an authority outside first, whatever the order of the configuration, once', async () => {
    appoint({ name: 'own', internal: true }, { name: 'outer' });
    const { files } = await secondCapture();
    expect(toldIn(files)).toMatch(/^outer /);
    expect(asked[0]).toBe('outer');
  });

  it('asks nobody while the log has no checkpoint: the manifest would have no place for the token', async () => {
    appoint({ name: 'outer' });
    const { id } = await house.fixedPackage();
    expect(asked).toEqual([]);
    await house.settle(sign);
    const bytes = await house.exported(id, sign);
    expect(toldIn(await filesOf(bytes))).toBe('none: the log has no checkpoint yet');
    expect((await house.verify(bytes, { level: 2 })).findings.map(({ code }) => code)).toContain('NO_PRE_TOKEN');
  });

  const other = () => timeStampRequest(utf8('other'), 'sha256', serial()).bytes;
  const bad: [string, Play, RegExp][] = [
    ['refuses', (_r, _a, reply) => void reply.writeHead(500).end(), /answered 500/],
    ['never answers', () => undefined, /timeout/],
    ['answers HTML', (_r, _a, reply) => void reply.end('<html>maintenance</html>'), /./],
    ['dates other bytes', (_r, a, reply) => void reply.end(Buffer.from(a.respond(other(), house.clock.now(), serial()))), /./],
    ['answers 300 KiB of junk', (_r, _a, reply) => void reply.end(randomBytes(300 * 1024)), /longer than/],
    ['is an hour ahead: its token would fail the order of times for ever', off(3_600_000), /tells .* our clock/],
    ['is an hour behind: it dates a request that was not yet made', off(-3_600_000), /tells .* our clock/],
  ];
  it.each(bad)(
    'F06: an authority that %s stops no capture; the timeline says why there is no token',
    async (_what, answer, why) => {
      appoint({ name: 'outer', answer });
      house.config.tsaTimeoutMs = 300;
      await house.fixedPackage();
      await house.run(() => house.sequencer.placeAll());
      await sign();
      const { id } = await house.fixedPackage();
      expect(asked).toEqual(['outer']); // one try: the page may change while we wait
      expect(await stateOf(id)).toMatchObject({ state: 'fixed' });
      played.get('outer')!.answer = right;
      await house.settle(sign);
      const bytes = await house.exported(id, sign);
      const files = await filesOf(bytes);
      expect(toldIn(files)).toMatch(/^none: outer: /);
      expect(toldIn(files)).toMatch(why);
      expect(files.has('record/before/pre.tsr')).toBe(false);
      const report = await house.verify(bytes, { level: 3 });
      expect(report.verdict).toBe('PASSED');
      expect(report.findings.map(({ code }) => code)).toContain('NO_PRE_TOKEN');
    },
  );
});

describe('whose word dates a package', () => {
  it('§8: an internal token keeps a package 待固定 where an authority outside is configured; its own goes on to 已固定', async () => {
    const away: Play = (_request, _authority, reply) => void reply.writeHead(503).end();
    appoint({ name: 'own', internal: true }, { name: 'outer', answer: away });
    const { id } = await house.fixedPackage();
    await house.run(() => house.stamper.stamp(id));
    expect(await stateOf(id)).toEqual({ state: 'fixed', dated_by: 'internal' });
    played.get('outer')!.answer = right;
    await house.run(() => house.stamper.stamp(id));
    expect(await stateOf(id)).toEqual({ state: 'stamped', dated_by: 'outside' });
  });

  it('§8: where nobody outside is configured the agency has to have said that its own stamps count, and that is told', async () => {
    appoint({ name: 'own', internal: true });
    house.config.tsaInternalCounts = false;
    const strict = await house.fixedPackage();
    await house.run(() => house.stamper.stamp(strict.id));
    expect(await stateOf(strict.id)).toEqual({ state: 'fixed', dated_by: 'internal' });
    house.config.tsaInternalCounts = true;
    const counted = await house.fixedPackage();
    await house.run(() => house.stamper.stamp(counted.id));
    expect(await stateOf(counted.id)).toEqual({ state: 'stamped', dated_by: 'internal' });
  });

  it('§2: 已固定 needs as many tokens from outside as the published policy asks', async () => {
    const away: Play = (_request, _authority, reply) => void reply.writeHead(503).end();
    appoint({ name: 'outer' }, { name: 'second', answer: away });
    house.setTrust({ policy: { ...house.bundle().policy, tokens: 2 } });
    const { id } = await house.fixedPackage();
    await house.run(() => house.stamper.stamp(id));
    expect(await stateOf(id)).toEqual({ state: 'fixed', dated_by: 'outside' });
    played.get('second')!.answer = right;
    await house.run(() => house.stamper.stamp(id));
    expect(await stateOf(id)).toMatchObject({ state: 'stamped' });
  });

  it('§3: an export takes the token from outside, also when the agency stamped first: it keeps its level 3', async () => {
    const away: Play = (_request, _authority, reply) => void reply.writeHead(503).end();
    appoint({ name: 'own', internal: true }, { name: 'outer', answer: away });
    const { id } = await house.fixedPackage();
    await house.run(() => house.stamper.stamp(id));
    house.clock.advance(60_000);
    played.get('outer')!.answer = right;
    await house.run(() => house.stamper.stamp(id));
    await house.settle(sign);
    const bytes = await house.exported(id, sign);
    expect(await house.verify(bytes, { level: 3 })).toMatchObject({ verdict: 'PASSED' });
    // Nobody outside: the agency's own is better than none.
    house.setTrust({ tsa: house.bundle().tsa.map((tsa) => ({ ...tsa, internal: true })) });
    expect((await filesOf(await house.exported(id, sign))).has('proofs/manifest.sha256.tsr')).toBe(true);
  });
});
