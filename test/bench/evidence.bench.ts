import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, openSync, fsyncSync, closeSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { CheckpointSigner } from '../../apps/ledger-signer/src/checkpoint-signer';
import { KeptRoots } from '../../apps/ledger-signer/src/remembered';
import { openSealKey, renderEvidenceReport } from '../../libs/documents';
import { EVIDENCE_ROWS, PackageRow } from '../../libs/evidence';
import { aRequest, evidenceRoom, furnish, MAKERS, playedCapture } from '../../libs/evidence/testing';
import type { ReportInput } from '../../libs/evidence/evidence-worker.module';
import { SystemClock } from '../../libs/kernel';
import { OFFICER_ROWS } from '../../libs/officers';
import { Db, systemClaims, withClaims } from '../../libs/platform';
import { createAuthority } from '../../libs/proof';
import { testKeys, unvaryingP256 } from '../../libs/proof/testing';
import { median, tell } from './figure';
import { dataFolder, start } from './product';

/**
 * The steps of a package of 50 MiB beside the bars of the evidence specification section 17, and beside what the machine itself needs in
 * the same run to copy, sync and hash the same bytes. `npm run bench -- evidence`.
 */
const MIB = 1024 * 1024;
const ROUNDS = 3;
const SCREENS = 20;
const clock = new SystemClock();
const worker = systemClaims('worker');
const officer = { actor: MAKERS[0], scope: 'unit', division: '141122', roles: ['officer'] } as const;

/** A picture as a page gives it: PNG of the usual size, noise enough that nothing packs it away. */
function aScreen(): Uint8Array {
  const made = spawnSync('python3', ['-c', PNG], { maxBuffer: 8 * MIB });
  if (made.status !== 0) throw new Error(`no picture: ${made.stderr.toString()}`);
  return new Uint8Array(made.stdout);
}

const PNG = `
import os, struct, sys, zlib
w, h = 1280, 800
rows = b''.join(b'\\0' + (os.urandom(96) + bytes(w * 3 - 96)) for _ in range(h))
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, 8, 2, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows, 1)) + chunk(b'IEND', b''))
`;

/** 50 MiB in 30 files, screens among them. */
function content(): Record<string, Uint8Array> {
  const screens = Object.fromEntries(
    Array.from({ length: SCREENS }, (_, n) => [
      `content/screen/${n ? `full-${String(n).padStart(4, '0')}` : 'first'}.png`,
      aScreen(),
    ]),
  );
  const rest = 50 * MIB - Object.values(screens).reduce((sum, { length }) => sum + length, 0);
  const parts = Array.from({ length: 9 }, (_, n) => [`content/part-${n}.bin`, new Uint8Array(randomBytes(Math.floor(rest / 9)))]);
  return { ...screens, ...(Object.fromEntries(parts) as Record<string, Uint8Array>) };
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

/** cp, fsync and sha256sum of the same files. */
function floor(from: string, to: string): number {
  const began = performance.now();
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(from, name)).isFile());
  const copies = names.map((name, n) => {
    const copy = join(to, String(n));
    copyFileSync(join(from, name), copy);
    const handle = openSync(copy, 'r');
    fsyncSync(handle);
    closeSync(handle);
    return copy;
  });
  if (spawnSync('sha256sum', copies).status !== 0) throw new Error('sha256sum failed');
  const ms = performance.now() - began;
  rmSync(to, { recursive: true });
  return ms;
}

/** An authority that thinks for a second. */
async function slowAuthority(): Promise<{ tsa: Server; entry: object }> {
  const parts = { policy: '1.2.3.4.1', from: new Date('2026-01-01T00:00:00Z'), to: new Date('2030-01-01T00:00:00Z') };
  const authority = createAuthority({ ...parts, name: 'inner', rootKey: unvaryingP256(21), key: unvaryingP256(22) });
  const tsa = createServer((message, reply) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const answer = authority.respond(new Uint8Array(Buffer.concat(chunks)), clock.now(), new Uint8Array(randomBytes(8)));
      setTimeout(() => reply.end(Buffer.from(answer)), 1_000);
    });
  });
  await new Promise<void>((done) => tsa.listen(0, '127.0.0.1', done));
  const rootText = Buffer.from(authority.root).toString('base64');
  return { tsa, entry: { name: 'inner', root: rootText, policies: ['1.2.3.4.1'], algorithms: ['sha256'], internal: true } };
}

async function main(): Promise<void> {
  const folder = dataFolder();
  const root = mkdtempSync(join(tmpdir(), 'nms-bench-evidence-'));
  const { system, stop } = await start(folder.data);
  const { databaseUrl } = system as unknown as { databaseUrl: string };
  // A database of its own on the same server, so that the worker of the running system does not take our packages.
  const admin = await open(databaseUrl, []);
  const name = 'bench_evidence';
  await admin.query(`CREATE DATABASE ${name}`);
  const own = new URL(databaseUrl);
  own.pathname = `/${name}`;
  const { migrate } = await import('../../migrations/run.js');
  await migrate(own.href);
  const source = await open(own.href, [...EVIDENCE_ROWS, ...OFFICER_ROWS]);
  const { tsa, entry } = await slowAuthority();
  const stagingDir = join(root, 'staging');
  const bytes = content();
  let staged = 0;
  const floors: number[] = [];
  const capture = await playedCapture(
    stagingDir,
    () => Promise.resolve(bytes),
    ({ packageId }) => {
      floors.push(floor(join(stagingDir, packageId), join(root, 'floor')));
      staged = performance.now();
    },
  );
  try {
    await furnish(source, root, { tsa: [entry] } as never);
    const db = new Db(source);
    const seal = openSealKey(
      { keyFile: join(root, 'paper.pem'), certificateFile: join(root, 'paper.crt'), passphrase: 'bench' },
      '交城县市场监督管理局',
      '电子数据证据固定报告',
      clock.now(),
    );
    const printing: number[] = [];
    const printer = {
      async print(input: ReportInput) {
        const began = performance.now();
        const pdf = await renderEvidenceReport(input as never, seal);
        printing.push(performance.now() - began);
        return pdf;
      },
    };
    const tsaUrl = `inner|sha256|http://127.0.0.1:${(tsa.address() as AddressInfo).port}/`;
    const room = evidenceRoom({ db, clock, root, captureUrl: capture.url, tsaUrls: [tsaUrl], printer });
    const signerOf = (intervalMs: number) =>
      new CheckpointSigner(db, clock, testKeys.ledger, new KeptRoots(join(root, 'kept.json')), { intervalMs, adopt: false });
    const [fix, stamp, exporting]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { id } = await db.as(officer, (tx) => room.evidence.requestCapture(tx, aRequest));
      await withClaims(worker, async () => {
        await room.runner.run(id);
        fix.push(performance.now() - staged);
        stamp.push(await timed(() => room.stamper.stamp(id)));
        const row = await db.tx((tx) => tx.findOneByOrFail(PackageRow, { id }));
        if (row.state !== 'stamped') throw new Error(`the package is ${row.state}`);
        await room.sequencer.placeAll();
        // A signer that is due at once; how long an entry waits for one is measured below.
        const due = signerOf(0);
        const order = await db.as(officer, (tx) => room.evidence.requestExport(tx, id, '移送'));
        await room.sequencer.placeAll();
        await due.look();
        exporting.push(await timed(() => room.exporter.build(order.id)));
        const made = await db.tx((tx) => room.evidence.export(tx, order.id));
        if (made.state !== 'ready') throw new Error(`the export is ${made.state}`);
      });
    }
    tell('evidence', 'fix of 50 MiB in ms, staging complete to evidence.fixed, over the bar', median(fix), 3_000, ROUNDS);
    tell('evidence', 'fix of 50 MiB in ms over cp, fsync and sha256sum of the same files', median(fix), median(floors), ROUNDS);
    tell('evidence', 'token stored in ms, authority answers in 1 s, over the bar', median(stamp), 5_000, ROUNDS);
    tell('evidence', 'export of 50 MiB with report in ms, over the bar', median(exporting), 15_000, ROUNDS);
    tell(
      'evidence',
      'export of 50 MiB with report in ms over cp, fsync and sha256sum of the same files',
      median(exporting),
      median(floors),
      ROUNDS,
    );
    tell('evidence', `report alone in ms, ${SCREENS} screens, over the bar`, median(printing), 5_000, printing.length);
    tell('evidence', 'entry to signed checkpoint in ms, over the bar', await toCheckpoint(db, room, signerOf(60_000)), 90_000, 1);
  } finally {
    capture.close();
    tsa.close();
    await source.destroy();
    await admin.destroy();
    await stop();
    rmSync(root, { recursive: true, force: true });
    folder.remove();
  }
}

/** The worst an entry meets: it comes just after a checkpoint was signed, and worker and signer look once a second. */
async function toCheckpoint(db: Db, room: ReturnType<typeof evidenceRoom>, signer: CheckpointSigner): Promise<number> {
  const began = performance.now();
  await db.as(officer, (tx) => room.evidence.requestCapture(tx, aRequest));
  for (;;) {
    await withClaims(worker, () => room.sequencer.placeAll());
    if ((await signer.look()).size) return performance.now() - began;
    await pause(1_000);
  }
}

function open(url: string, entities: unknown[]): Promise<DataSource> {
  return new DataSource({ type: 'postgres', url, entities: entities as never[], installExtensions: false }).initialize();
}

void main();
