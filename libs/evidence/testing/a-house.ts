import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AuditTrail } from '../../audit';
import { canonicalJson, FixedClock } from '../../kernel';
import { OFFICER_ROWS, OfficerDirectory } from '../../officers';
import { Facts, BlobReplica, FileBlobStore, Log, systemClaims, withClaims } from '../../platform';
import { someClaims, testDatabase } from '../../platform/testing';
import {
  bytesSource,
  createAuthority,
  jsonBytes,
  jsonLines,
  type Level,
  type Manifest,
  type NoteSigner,
  parseTrustBundle,
  type Report,
  type TrustBundle,
  trustBundleBytes,
  utf8,
  verifyPackage,
  writeKeyFile,
} from '../../proof';
import { aTrustBundle, aWacz, fixed, SCREEN, testKeys, theExchanges } from '../../proof/testing';
import { ContentService } from '../app/content.service';
import { EvidenceFsck } from '../app/evidence-fsck';
import { type CopyRequest, EvidenceService } from '../app/evidence.service';
import { EVIDENCE_ROWS, ExportRow, PackageRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { LedgerAnchors } from '../store/ledger-anchors';
import { LedgerTrees } from '../store/ledger-trees';
import { CaptureClient } from '../worker/capture-client';
import { CaptureRunner } from '../worker/capture.runner';
import { ExportProofs } from '../worker/export-proofs';
import { ExportReport } from '../worker/export-report';
import { Exporter } from '../worker/exporter';
import { Fixation } from '../worker/fixation';
import { LedgerAnchorer } from '../worker/ledger-anchorer';
import { LedgerSequencer } from '../worker/ledger-sequencer';
import { Renewer } from '../worker/renewer';
import { RetryLater } from '../worker/retry-later';
import { Scrub } from '../worker/scrub';
import { SignatureStamper } from '../worker/signature-stamper';
import { PackagePapers } from '../app/package-papers';
import { TimeStamper } from '../worker/time-stamper';

const OFFICER = '00000000-0000-4000-8000-000000000001';
const SECOND = '00000000-0000-4000-8000-000000000002';
const UNIT = '00000000-0000-4000-8000-0000000000a1';
const POLICY = '1.2.3.4.1';

export interface PlayedAuthority {
  name: string;
  algorithm: 'sha256' | 'sm3';
  from: string;
  to: string;
}

export interface HouseOptions {
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
  const officer = someClaims({ actor: OFFICER });
  await database.admin.query(`INSERT INTO unit VALUES ($1, '网监股', '141122', '交城县市场监督管理局', '交市监', NULL)`, [UNIT]);
  for (const [id, account, certificate] of [
    [OFFICER, 'officer.a', 'C-1001'],
    [SECOND, 'officer.b', 'C-1002'],
  ])
    await database.admin.query(`INSERT INTO officer VALUES ($1, $2, $2, $3, $4, '141122', 'active', 1, 'test', now())`, [
      id,
      account,
      certificate,
      UNIT,
    ]);

  const away = new Set<string>();
  const tsa: TrustBundle['tsa'] = [];
  const played = new Map<string, ReturnType<typeof createAuthority>>();
  const appoint = ({ name, algorithm, from, to }: PlayedAuthority): void => {
    const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const parts = { name, policy: POLICY, from: new Date(from), to: new Date(to), rootKey: ecKey(), key: ecKey() };
    const authority = createAuthority(parts);
    played.set(name, authority);
    const rootBase64 = Buffer.from(authority.root).toString('base64');
    tsa.push({ name, root: rootBase64, policies: [POLICY], algorithms: [algorithm], internal: false });
  };
  const server = createServer((message, reply) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const body = Buffer.concat(chunks);
      const name = message.url!.slice(1);
      const authority = played.get(name);
      if (!authority) return void capture(JSON.parse(body.toString()), reply);
      if (away.has(name)) return void reply.writeHead(503).end();
      reply.end(Buffer.from(authority.respond(new Uint8Array(body), clock.now(), new Uint8Array(randomBytes(8)))));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  authorities.forEach(appoint);

  const names = {
    agencyDomain: 'aj.test',
    trustFile: join(root, 'trust.json'),
    workerUrl: 'http://127.0.0.1:1/',
    uploadLimitBytes: 300_000,
  };
  const setTrust = (changes: Partial<TrustBundle>): void =>
    writeFileSync(names.trustFile, trustBundleBytes({ ...bundle(), ...changes }));
  const bundle = (): TrustBundle => parseTrustBundle(new Uint8Array(readFileSync(names.trustFile)));
  writeFileSync(names.trustFile, trustBundleBytes(aTrustBundle({ tsa, ...trust })));
  writeKeyFile(join(root, 'seal.key'), testKeys.seal);

  async function capture(
    order: {
      packageId: string;
      number: string;
      request: Record<string, unknown> & { jobId: string; url: string; purpose: string; profile: string; requestedAt: string };
      entrySha256: string;
      before?: { origin: string; size: number; root: string; checkpoint: string };
    },
    reply: ServerResponse,
  ): Promise<void> {
    reply.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const { jobId, url: urlTyped, purpose, profile, requestedAt } = order.request;
    const now = clock.now().toISOString();
    const check = (id: string) => ({ id, at: now, result: 'pass', expected: '', observed: '', sha256: null });
    const { wacz, index } = await aWacz();
    const files = await fixed(
      {
        'content/capture.wacz': wacz,
        'content/screen/first.png': SCREEN,
        'content/text.txt': utf8('示例商店\n'),
        'record/request.json': utf8(canonicalJson(order.request)),
        'record/environment.json': jsonBytes({ before: [check('E01')], after: [check('E16')], verdict: 'clean' }),
        'record/timeline.jsonl': jsonLines([{ at: now, mono: 0, step: 'launch', detail: '' }]),
        'record/exchanges.jsonl': theExchanges(),
        'record/warc-index.jsonl': index,
        'record/dns.jsonl': jsonLines([{ at: now, name: 'shop.test', answers: ['192.0.2.7'], chosen: '192.0.2.7' }]),
        ...(order.before && { 'record/before/checkpoint.txt': utf8(order.before.checkpoint) }),
        ...further,
      },
      {
        id: order.packageId,
        number: order.number,
        makers: order.request.makers as Manifest['makers'],
        request: { jobId, urlTyped, purpose, profile, requestedAt, entrySha256: order.entrySha256 } as Manifest['request'],
        notBefore: order.before
          ? {
              origin: order.before.origin,
              size: order.before.size,
              root: order.before.root,
              checkpoint: 'record/before/checkpoint.txt',
              preToken: null,
            }
          : null,
        time: {
          startedAt: now,
          finishedAt: now,
          monotonicMs: 0,
          clock: { status: 'ok', source: ['a', 'b'], offsetMs: 3, uncertaintyMs: 10, checkedAt: now },
        },
      },
      [workerKey],
    );
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(root, 'staging', order.packageId, path)), { recursive: true });
      writeFileSync(join(root, 'staging', order.packageId, path), bytes);
    }
    const navigation = { urlFinal: urlTyped, status: 200, title: '', ip: '192.0.2.7' };
    reply.end(
      `${JSON.stringify({ type: 'result', packageId: order.packageId, outcome: 'complete', limits: [], artefacts: [], navigation })}\n`,
    );
  }

  const config = {
    captureUrl: base,
    captureToken: 'x',
    captureConcurrency: 1,
    sessionIdleMs: 1_000,
    sessionTotalMs: 2_000,
    sessionConcurrency: 1,
    stagingDir: join(root, 'staging'),
    sealKeyFile: join(root, 'seal.key'),
    importKeyFile: join(root, 'import.key'),
    tsaUrls: authorities.map(({ name, algorithm }) => `${name}|${algorithm}|${base}/${name}`),
    tsaTimeoutMs: 2_000,
    keyPassphrase: undefined,
  };
  const ledgerConfig = { witnessUrls: witnessLines, anchorEveryS: 3_600, renewEveryDays: 365, renewAheadDays: 180 };
  const trees = new LedgerTrees();
  const anchors = new LedgerAnchors();
  const blobs = new FileBlobStore(join(root, 'blobs'));
  const ledger = new Ledger(clock);
  const log = new Log('test', 'silent');
  const facts = new Facts(clock);
  const officers = new OfficerDirectory(db, clock);
  const jobs = { add: () => Promise.resolve() };
  const evidence = new EvidenceService(clock, ledger, officers, new AuditTrail(clock), jobs as never, names);
  const content = new ContentService(blobs, names);
  const fixation = new Fixation(db, clock, blobs, ledger, content, facts, config);
  const client = new CaptureClient(config);
  const runner = new CaptureRunner(db, clock, ledger, trees, evidence, officers, client, fixation, facts, log, config);
  const sequencer = new LedgerSequencer(db, evidence, trees);
  const proofs = new ExportProofs(clock, trees, evidence, anchors, config, content);
  const report = new ExportReport(clock, content, evidence, trees, new SignatureStamper(content, config));
  const scrub = new Scrub(db, clock, blobs, new BlobReplica(null), ledger, evidence, log);
  const exporter = new Exporter(
    db,
    clock,
    blobs,
    ledger,
    sequencer,
    evidence,
    content,
    proofs,
    report,
    scrub,
    new PackagePapers(clock, ledger),
    log,
    config,
  );
  const stamper = new TimeStamper(db, clock, content, ledger, facts, log, config);
  const later = new RetryLater(db, clock, log);
  const anchorer = new LedgerAnchorer(db, clock, content, trees, anchors, later, config, ledgerConfig);
  const renewer = new Renewer(db, clock, blobs, content, ledger, trees, anchors, later, log, config, ledgerConfig);

  const run = <T>(act: () => Promise<T>): Promise<T> => withClaims(worker, act);
  /** A captured package; not stamped yet. */
  async function fixedPackage(): Promise<PackageRow> {
    const { id } = await db.as(officer, (tx) =>
      evidence.requestCapture(tx, {
        url: 'http://shop.test/',
        profile: 'desktop',
        purpose: '核查亮照情况',
        factToProve: '网页未公示营业执照信息',
        place: '网监股办公室',
        divisionCode: '141122',
        officerIds: [OFFICER, SECOND],
      }),
    );
    await run(() => runner.run(id));
    return db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }));
  }

  /** Everything that the worker's sweeps and the signer do, once. */
  async function settle(sign: Sign): Promise<void> {
    for (const id of await run(() => stamper.waiting())) await run(() => stamper.stamp(id));
    await run(() => sequencer.place());
    await sign();
    await run(() => anchorer.look());
    await run(() => renewer.look());
    await run(() => sequencer.place());
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
      await run(() => sequencer.place());
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
    config,
    bundle,
    setTrust,
    tsa,
    trees,
    anchors,
    ledger,
    content,
    evidence,
    stamper,
    anchorer,
    renewer,
    sequencer,
    run,
    fixedPackage,
    settle,
    exported,
    verify,
    fsck: new EvidenceFsck(db, content, trees),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await database.close();
    },
  };
}
