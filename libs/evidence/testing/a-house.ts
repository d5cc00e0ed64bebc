import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { systemClaims, withClaims } from '../../platform';
import { someClaims, testDatabase } from '../../platform/testing';
import {
  type Authority,
  bytesSource,
  createAuthority,
  jsonBytes,
  jsonLines,
  type Level,
  type NoteSigner,
  parseTrustBundle,
  type Report,
  type TrustBundle,
  trustBundleBytes,
  utf8,
  verifyPackage,
} from '../../proof';
import { aWacz, SCREEN, testKeys, theChecks, theExchanges } from '../../proof/testing';
import type { CopyRequest } from '../app/evidence.service';
import { EVIDENCE_ROWS, ExportRow, PackageRow } from '../store/evidence.entity';
import type { ReportPrinter } from '../worker/report-printer';
import { evidenceRoom, furnish, aRequest, MAKERS } from './evidence-room';
import { answersIdentity, type PlayedOrder, stagePackage } from './played-capture';

const POLICY = '1.2.3.4.1';

export interface PlayedAuthority {
  name: string;
  algorithm: 'sha256' | 'sm3';
  from: string;
  to: string;
  /** One that a test made; else it is made here. */
  made?: Authority;
}

export interface HouseOptions {
  /** Prints the paper of exports; without, they have none. */
  printer?: ReportPrinter;
  /** Lists in files, and what the capture process answers when it is asked for an address or to post there; without, nothing is fetched. */
  revocation?: {
    files?: string[];
    probe?: (asked: { url: string; maxBytes: number; post?: { type: string; bodyBase64: string } }) => object;
  };
  authorities?: PlayedAuthority[];
  witnessLines?: string[];
  trust?: Partial<TrustBundle>;
  /** Signs manifests. */
  worker?: NoteSigner;
  /** Files that captures bring besides, or instead of, the usual ones, by path. */
  files?: Record<string, Uint8Array>;
}

/** A signer of checkpoints, as `apps/ledger-signer` is; given from outside because this room may not call it. */
export type Sign = () => Promise<unknown>;

export type House = Awaited<ReturnType<typeof aHouse>>;

/** The evidence room on a database of its own, with a played capture process and played authorities: real packages, real exports. */
export async function aHouse({
  printer,
  revocation = {},
  authorities = [{ name: 'outer', algorithm: 'sha256', from: '2026-01-01', to: '2030-01-01' }],
  witnessLines = [],
  trust = {},
  worker: workerKey = testKeys.worker,
  files: further = {},
}: HouseOptions = {}) {
  const root = mkdtempSync(join(tmpdir(), 'nms-house-'));
  const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
  const database = await testDatabase();
  const { db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]);
  const signerDb = (await database.as('nms_ledger')).db;
  const worker = systemClaims('worker');
  const officer = someClaims({ actor: MAKERS[0] });

  const away = new Set<string>();
  const tsa: TrustBundle['tsa'] = [];
  const played = new Map<string, ReturnType<typeof createAuthority>>();
  const appoint = ({ name, algorithm, from, to, made }: PlayedAuthority): void => {
    const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const parts = { name, policy: POLICY, from: new Date(from), to: new Date(to), rootKey: ecKey(), key: ecKey() };
    const authority = made ?? createAuthority(parts);
    played.set(name, authority);
    const rootBase64 = Buffer.from(authority.root).toString('base64');
    tsa.push({ name, root: rootBase64, policies: [POLICY], algorithms: [algorithm], internal: false });
  };
  const server = createServer((message, reply) => {
    if (answersIdentity(message, reply)) return;
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const body = Buffer.concat(chunks);
      const name = message.url!.slice(1);
      const authority = played.get(name);
      if (name === 'probe') return void reply.end(JSON.stringify(revocation.probe?.(JSON.parse(body.toString()) as never) ?? {}));
      if (!authority) return void capture(JSON.parse(body.toString()), reply);
      if (away.has(name)) return void reply.writeHead(503).end();
      reply.end(Buffer.from(authority.respond(new Uint8Array(body), clock.now(), new Uint8Array(randomBytes(8)))));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  authorities.forEach(appoint);

  const trustFile = join(root, 'trust.json');
  const setTrust = (changes: Partial<TrustBundle>): void =>
    writeFileSync(trustFile, trustBundleBytes({ ...bundle(), ...changes }));
  const bundle = (): TrustBundle => parseTrustBundle(new Uint8Array(readFileSync(trustFile)));
  await furnish(database.admin, root, { tsa, ...trust });

  /** A page with archive, screens and records that hold against each other. */
  async function capture(order: PlayedOrder, reply: ServerResponse): Promise<void> {
    reply.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const now = clock.now().toISOString();
    const { wacz, index } = await aWacz();
    const result = await stagePackage(join(root, 'staging'), order, {
      content: {
        'content/capture.wacz': wacz,
        'content/screen/first.png': SCREEN,
        'content/text.txt': utf8('示例商店\n'),
        'record/environment.json': jsonBytes({ ...theChecks(now), verdict: 'clean' }),
        'record/timeline.jsonl': jsonLines([
          { at: now, mono: 0, step: 'token.before', detail: order.tokenBefore ?? '' },
          { at: now, mono: 0, step: 'launch', detail: '' },
        ]),
        'record/exchanges.jsonl': theExchanges(),
        'record/warc-index.jsonl': index,
        'record/dns.jsonl': jsonLines([{ at: now, name: 'shop.test', answers: ['192.0.2.7'], chosen: '192.0.2.7' }]),
        ...further,
      },
      manifest: {
        time: {
          startedAt: now,
          finishedAt: now,
          monotonicMs: 0,
          clock: { status: 'ok', source: ['a', 'b'], offsetMs: 3, uncertaintyMs: 10, checkedAt: now },
        },
      },
      signers: [workerKey],
    });
    reply.end(`${JSON.stringify(result)}\n`);
  }

  const tsaUrls = authorities.map(({ name, algorithm }) => `${name}|${algorithm}|${base}/${name}`);
  const room = evidenceRoom({
    db,
    clock,
    root,
    captureUrl: base,
    tsaUrls,
    config: { tsaTimeoutMs: 2_000 },
    witnessUrls: witnessLines,
    ...(printer && { printer }),
    revocation: { files: revocation.files ?? [], fetches: revocation.probe !== undefined },
  });
  const { blobs, evidence, runner, stamper, sequencer, anchorer, renewer, exporter } = room;

  const run = <T>(act: () => Promise<T>): Promise<T> => withClaims(worker, act);
  /** A captured package; not stamped yet. */
  async function fixedPackage(): Promise<PackageRow> {
    const { id } = await db.as(officer, (tx) => evidence.requestCapture(tx, { ...aRequest, url: 'http://shop.test/' }));
    await run(() => runner.run(id));
    return db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }));
  }

  /** Everything that the worker's sweeps and the signer do, once. */
  async function settle(sign: Sign): Promise<void> {
    for (const id of await run(() => stamper.waiting())) await run(() => stamper.stamp(id));
    await run(() => sequencer.placeAll());
    await sign();
    await run(() => anchorer.look());
    await run(() => renewer.look());
    await run(() => sequencer.placeAll());
  }

  /** Asks for an export and does what the sweeps do until it is ready. */
  async function exported(packageId: string, sign: Sign, copy: CopyRequest = {}): Promise<Uint8Array> {
    const order = await db.as(officer, (tx) => evidence.requestExport(tx, packageId, '移送法制审核', copy));
    for (let i = 0; i < 40; i += 1) {
      await run(() => exporter.build(order.id));
      const row = await db.as(worker, (tx) => tx.findOneByOrFail(ExportRow, { id: order.id }));
      if (row.state === 'ready') {
        const chunks: Buffer[] = [];
        for await (const chunk of await blobs.get(row.blobSha256!)) chunks.push(chunk as Buffer);
        return new Uint8Array(Buffer.concat(chunks));
      }
      clock.advance(3_000);
      await run(() => sequencer.placeAll());
      await sign();
      await run(() => anchorer.look());
    }
    throw new Error(`export of ${packageId} did not get ready`);
  }

  const verify = (
    bytes: Uint8Array,
    asked: { at?: Date; level?: Level; trust?: Partial<TrustBundle>; checkpoints?: Uint8Array[] } = {},
  ): Promise<Report> =>
    verifyPackage(
      { form: 'file', source: bytesSource(bytes) },
      { ...bundle(), ...asked.trust },
      {
        at: asked.at ?? clock.now(),
        level: asked.level ?? 5,
        checkpoints: asked.checkpoints ?? [],
      },
    );

  return {
    ...room,
    root,
    clock,
    database,
    db,
    signerDb,
    worker,
    officer,
    away,
    appoint,
    base,
    bundle,
    setTrust,
    tsa,
    run,
    fixedPackage,
    settle,
    exported,
    verify,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await database.close();
    },
  };
}
