import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bytesSource,
  leafHash,
  MemoryTree,
  openNote,
  trustBundleBytes,
  utf8,
  verifyInclusion,
  verifyToken,
} from '../../libs/proof';
import { sm2KeyPair, signSm2, verifySm2 } from '../../libs/proof/sm2';
import { aStampedPackage, aTrustBundle, evp, fixed, sealed, testKeys, theRecords, type Files } from '../../libs/proof/testing';
import { Context } from '../../libs/proof/verify/context';
import { verifyContainer } from '../../libs/proof/verify/v0-container';
import { verifySeal } from '../../libs/proof/verify/v1-seal';
import { verifyManifest } from '../../libs/proof/verify/v2-manifest';
import { verifyContent } from '../../libs/proof/verify/v9-content';
import { median, tell } from './figure';
import { MeasuredVerifier } from './measured-verifier';

/**
 * What verification costs, beside the bars of the evidence specification, section 17: `npm run bench -- evidence-verify [MiB]`.
 * In each line `peer` is what ours is held against and `ratio` ours over it; where the bar is absolute, the peer is the bar.
 */
const MIB = 1024 * 1024;
const SIZE = Number(process.argv[2] ?? 512);
const ROUNDS = 5;
const AT = '2026-11-23T00:00:00.000Z';
const BENCH = 'evidence-verify';

const verifier = new MeasuredVerifier();
const place = (name: string) => join(verifier.folder, name);

/** Processor time of a command in milliseconds. */
function cpuOf(...command: string[]): number {
  const { stderr, status } = spawnSync('bash', ['-c', `TIMEFORMAT='%3U %3S'; time "$@" >/dev/null`, 'time', ...command]);
  const [user, system] = stderr.toString().trim().split(/\s+/).slice(-2).map(Number);
  if (status !== 0 || user === undefined || system === undefined) throw new Error(`${command.join(' ')}: ${stderr.toString()}`);
  return (user + system) * 1000;
}

async function cpuHere(act: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Mean of many, in milliseconds of processor time. */
async function each(times: number, act: () => unknown): Promise<number> {
  for (let n = 0; n < 20; n++) act();
  return (await cpuHere(async () => void Array.from({ length: times }, act))) / times;
}

/** V0 to V8 of a package that is one large file, as a process, beside tools that only digest the same bytes. */
async function hashing(): Promise<void> {
  const path = place('large.evp');
  const big = new Uint8Array(SIZE * MIB);
  for (let at = 0; at < big.length; at += MIB) big.set(randomBytes(MIB), at);
  writeFileSync(path, await evp(await sealed(await fixed({ 'record/request.json': utf8('{}'), 'content/video.webm': big }))));
  const [ours, openssl, coreutils, rss]: number[][] = [[], [], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const { code, cpuMs, rssMiB } = verifier.run(path, place('trust.json'), '--level', 'L2', '--at', AT);
    if (code !== 0) throw new Error(`verifier ended with ${code}`);
    ours!.push(cpuMs);
    rss!.push(rssMiB);
    openssl!.push(cpuOf('openssl', 'dgst', '-sha256', path) + cpuOf('openssl', 'dgst', '-sm3', path));
    coreutils!.push(cpuOf('sha256sum', path));
  }
  const name = `CPU ms of V0-V8, ${SIZE} MiB`;
  tell(BENCH, `${name}, beside openssl dgst -sha256 and -sm3 (bar 1.25)`, median(ours!), median(openssl!), ROUNDS);
  tell(BENCH, `${name}, beside sha256sum (bar 1.5)`, median(ours!), median(coreutils!), ROUNDS);
  tell(BENCH, `peak RSS MiB, ${SIZE} MiB (bar 160)`, Math.max(...rss!), 160, ROUNDS);
}

/** A capture whose archive holds so many MiB of bodies. */
async function capture(mib: number): Promise<Files> {
  const id = (n: number) => `<urn:uuid:10000000-0000-4000-8000-${String(n).padStart(12, '0')}>`;
  const view = theRecords().at(-1)!;
  const more = Array.from({ length: mib }, (_, n) => ({
    ...view,
    id: id(n),
    uri: `urn:view:${n + 1}`,
    payload: new Uint8Array(randomBytes(MIB)),
  }));
  const { files } = await aStampedPackage({ wacz: { records: (all) => [...all, ...more] } });
  return files;
}

async function content(): Promise<void> {
  const files = await capture(100);
  const bytes = await evp(files);
  const { bundle } = await aStampedPackage();
  const [first, ninth]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const source = { form: 'file' as const, source: bytesSource(bytes) };
    const ctx = new Context(source, bundle, { at: new Date(AT), level: 5, checkpoints: [] });
    first.push(await cpuHere(() => verifyContainer(ctx)));
    await verifySeal(ctx);
    await verifyManifest(ctx);
    ninth.push(await cpuHere(() => verifyContent(ctx)));
    if (ctx.reasons.length > 0) throw new Error(JSON.stringify(ctx.reasons[0]));
  }
  tell(BENCH, 'CPU ms of V9, 100 MiB of bodies, beside V0 of the same package (bar 2.5)', median(ninth), median(first), ROUNDS);
}

async function small(): Promise<void> {
  writeFileSync(place('small.evp'), await evp(await capture(20)));
  const { bundle } = await aStampedPackage();
  writeFileSync(place('stamped.json'), trustBundleBytes(bundle));
  const wall = Array.from({ length: ROUNDS }, () => {
    const { code, ms } = verifier.run(place('small.evp'), place('stamped.json'), '--level', 'L5', '--at', AT);
    if (code !== 0) throw new Error(`verifier ended with ${code}`);
    return ms;
  });
  tell(BENCH, 'ms from start to verdict, 20 MiB, V9 included (bar 1500)', median(wall), 1_500, ROUNDS);
  const many: Files = { 'record/request.json': utf8('{}') };
  // As many as a package may have with what is put beside them: request, environment, manifest, its signature, seal.
  for (let n = 0; n < 19_995; n++) many[`content/f${String(n).padStart(6, '0')}.txt`] = utf8(`file ${n}`);
  writeFileSync(place('many.evp'), await evp(await sealed(await fixed(many))));
  const { rssMiB } = verifier.run(place('many.evp'), place('trust.json'), '--level', 'L2', '--at', AT);
  tell(BENCH, 'peak RSS MiB, 20,000 files (bar 160)', rssMiB, 160, 1);
}

async function proofs(): Promise<void> {
  const { files, bundle } = await aStampedPackage();
  const bytes = Object.entries(files).reduce((sum, [path, { length }]) => sum + (path.startsWith('proofs/') ? length : 0), 0);
  tell(BENCH, 'bytes of proofs/ without renewals (bar 65536)', bytes, 65_536, 1);
  const tree = new MemoryTree('sha256');
  for (let n = 0; n < 1_000_000; n++) tree.appendLeaf(leafHash('sha256', Uint8Array.of(n >> 16, n >> 8, n)));
  const index = 123_456;
  const proof = tree.inclusion(index);
  tell(BENCH, 'hashes of an inclusion proof at 1,000,000 entries (bar 20)', proof.length, 20, 1);
  tell(BENCH, 'hashes of a consistency proof at 1,000,000 entries (bar 22)', tree.consistency(654_321).length, 22, 1);
  const question = { index, size: tree.size, leaf: leafHash('sha256', Uint8Array.of(index >> 16, index >> 8, index)), proof };
  const root = tree.root();
  const included = () => verifyInclusion('sha256', { ...question, root });
  const sig = files['MANIFEST.sig']!;
  const token = files['proofs/manifest.sha256.tsr']!;
  const { secret, publicKey } = sm2KeyPair();
  const signature = signSm2(secret, sig);
  const checked = () => verifySm2(publicKey, sig, signature);
  if (!included() || !checked()) throw new Error('a check that has to pass does not');
  tell(
    BENCH,
    'ms of a note with one Ed25519 signature (bar 1)',
    await each(500, () => openNote(files['SEAL']!, [testKeys.seal])),
    1,
    500,
  );
  tell(BENCH, 'ms of an inclusion proof (bar 1)', await each(2_000, included), 1, 2_000);
  tell(BENCH, 'ms of a token (bar 25)', await each(100, () => verifyToken(token, { stamped: sig, tsa: bundle.tsa })), 25, 100);
  tell(BENCH, 'ms of an SM2 signature (bar 10)', await each(100, checked), 10, 100);
}

async function main(): Promise<void> {
  writeFileSync(place('trust.json'), trustBundleBytes(aTrustBundle()));
  try {
    await proofs();
    await small();
    await content();
    await hashing();
  } finally {
    rmSync(verifier.folder, { recursive: true, force: true });
  }
}

main().catch((fault: unknown) => {
  console.error(fault);
  process.exitCode = 1;
});
