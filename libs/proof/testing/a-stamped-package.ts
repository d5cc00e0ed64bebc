import { toBase64, utf8 } from '../bytes';
import { digestsOf, hexDigest } from '../digests';
import type { CustodyLine, EntryType } from '../log/entry';
import { consistencyBytes } from '../log/proofs';
import type { Manifest } from '../manifest/manifest';
import type { NoteSigner } from '../note/keys';
import type { HashName } from '../primitives';
import { jsonBytes, jsonLines } from '../strict-json';
import type { TrustBundle } from '../trust-bundle';
import { createAuthority } from '../tsp/authority';
import { timeStampRequest } from '../tsp/request';
import { ALedger } from './a-ledger';
import { aManifest, ORIGIN, PACKAGE_ID } from './a-manifest';
import { fixed, sealed, theChecks, type Files } from './a-package';
import { aTrustBundle } from './a-trust-bundle';
import { aWacz, SCREEN, theExchanges, type WaczChanges } from './a-wacz';
import { testKeys, unvaryingP256 } from './keys';

const POLICY = '1.3.6.1.4.1.99999.1';

/** A time stamp authority that always gives the same bytes for the same question. */
export function testAuthority({ name = 'Test stamps', from = '2026-01-01', to = '2027-01-01', key = 11, root = 10 } = {}) {
  const keys = { rootKey: unvaryingP256(root), key: unvaryingP256(key) };
  const authority = createAuthority({ name, policy: POLICY, from: new Date(from), to: new Date(to), ...keys });
  const stamp = (bytes: Uint8Array, hash: HashName, at: string): Uint8Array => {
    const nonce = digestsOf(bytes).sha256.slice(0, 16);
    const request = timeStampRequest(bytes, hash, Uint8Array.from(Buffer.from(nonce, 'hex')));
    return authority.respond(request.bytes, new Date(at), Uint8Array.from(Buffer.from(nonce, 'hex')));
  };
  const entry: TrustBundle['tsa'][number] = {
    name: 'test',
    root: toBase64(authority.root),
    policies: [POLICY],
    algorithms: ['sha256', 'sha384', 'sha512', 'sm3'],
    internal: false,
  };
  return { stamp, entry };
}

export interface StampedOptions {
  wacz?: WaczChanges;
  exchanges?: object;
  environment?: object;
  manifest?: Partial<Manifest>;
  record?: Files;
  tokenAt?: string;
  preTokenAt?: string;
  authority?: ReturnType<typeof testAuthority>;
  /** Signers of the newest checkpoint. */
  newestBy?: NoteSigner[];
  custody?: (lines: CustodyLine[]) => CustodyLine[];
  facts?: Record<string, unknown>;
  /** Events of the package after it was stamped. */
  later?: [at: string, type: EntryType, facts: Record<string, unknown> | ((files: Files) => Record<string, unknown>)][];
  /** Changes to what the officers asked for. */
  request?: object;
  /** Files of the capture that are not there. */
  lost?: string[];
  /** Changes before the seal. */
  files?: (files: Files, ledger: ALedger) => Files | Promise<Files>;
}

export interface StampedPackage {
  files: Files;
  bundle: TrustBundle;
  ledger: ALedger;
  authority: ReturnType<typeof testAuthority>;
  /** The newest checkpoint of the package. */
  newest: Uint8Array;
}

/** A package with everything a capture leaves: archive, records, tokens, ledger proofs, custody, anchors, seal. Reaches level 5. */
export async function aStampedPackage(options: StampedOptions = {}): Promise<StampedPackage> {
  const authority = options.authority ?? testAuthority();
  const ledger = new ALedger(ORIGIN);
  ledger.append('2026-01-01T00:00:00.000Z', 'ledger.opened', ORIGIN, { previous: null });
  const request = jsonBytes({ ...theRequest(), ...options.request });
  const requested = ledger.append('2026-11-22T03:29:00.000Z', 'job.requested', PACKAGE_ID, {
    requestSha256: digestsOf(request).sha256,
    caseSeq: 1,
  });
  for (let i = 0; i < 4; i++) ledger.append('2026-11-22T03:29:01.000Z', 'job.requested', `ev_OTHER${i}`);
  const beforeSize = ledger.size;
  const before = await ledger.checkpoint();
  const whole = await contentOf(options, request, before, authority);
  const content = Object.fromEntries(Object.entries(whole).filter(([path]) => !options.lost?.includes(path)));
  const fixedFiles = await fixed(content, {
    request: { ...aManifest({}).request, entrySha256: hexDigest('sha256', requested.bytes) },
    notBefore: {
      origin: ORIGIN,
      size: beforeSize,
      root: toBase64(ledger.root('sha256')),
      checkpoint: 'record/before/checkpoint.txt',
      preToken: 'record/before/pre.tsr',
    },
    environment: aManifest({}).environment,
    ...options.manifest,
  });
  const manifest = digestsOf(fixedFiles['MANIFEST.json']!);
  const facts = {
    manifestSha256: manifest.sha256,
    manifestSm3: manifest.sm3,
    sigSha256: digestsOf(fixedFiles['MANIFEST.sig']!).sha256,
    files: Object.keys(content).length,
    caseSeq: 1,
    ...options.facts,
  };
  const started = ledger.append('2026-11-22T03:29:30.000Z', 'job.started', PACKAGE_ID, { attempt: 1 });
  const fixation = ledger.append('2026-11-22T03:29:43.000Z', 'evidence.fixed', PACKAGE_ID, facts);
  const fixationSize = ledger.size;
  const stamps = stampsOf(fixedFiles['MANIFEST.sig']!, authority, options.tokenAt);
  const stamped = ledger.append('2026-11-22T03:29:46.000Z', 'evidence.stamped', PACKAGE_ID, {
    tokenSha256: digestsOf(stamps['proofs/manifest.sha256.tsr']!).sha256,
  });
  ledger.append('2026-11-22T04:00:00.000Z', 'clock.checked', ORIGIN, { offsetMs: 2 });
  const later = (options.later ?? []).map(([at, type, facts]) =>
    ledger.append(at, type, PACKAGE_ID, typeof facts === 'function' ? facts(fixedFiles) : facts),
  );
  const newestBy = options.newestBy ?? [testKeys.ledger, testKeys.witness];
  const newest = await ledger.checkpoint('sha256', ledger.size, newestBy);
  const lines = [requested, started, fixation, stamped, ...later].map(({ entry, event, idx }) => ({ entry, event, idx }));
  const custody = options.custody ? options.custody(lines) : lines;
  const proofs: Files = {
    'proofs/fixation.entry.json': fixation.bytes,
    'proofs/fixation.tlog-proof': await ledger.proof(fixation.idx, 'sha256', fixationSize),
    'proofs/fixation.sm3.tlog-proof': await ledger.proof(fixation.idx, 'sm3', fixationSize),
    'proofs/custody.jsonl': jsonLines(custody),
    'proofs/custody.tlog-proof': await ledger.proof((later.at(-1) ?? stamped).idx, 'sha256', ledger.size, newestBy),
    'proofs/consistency.txt': consistencyBytes([
      {
        old: beforeSize,
        hashes: ledger.consistency(beforeSize, fixationSize),
        checkpoint: await ledger.checkpoint('sha256', fixationSize),
      },
      { old: fixationSize, hashes: ledger.consistency(fixationSize), checkpoint: newest },
    ]),
    'proofs/checkpoint.tsr': authority.stamp(newest, 'sha256', '2026-11-22T04:01:30.000Z'),
  };
  const all = { 'README.txt': utf8('证据包 / evidence package\n'), ...fixedFiles, ...stamps, ...proofs };
  const last = custody.at(-1);
  const files = await sealed(options.files ? await options.files(all, ledger) : all, {
    custody: { events: custody.length, lastEntrySha256: hexDigest('sha256', last ? jsonBytes(last.entry) : new Uint8Array()) },
  });
  return { files, bundle: aTrustBundle({ tsa: [authority.entry] }), ledger, authority, newest };
}

async function contentOf(
  options: StampedOptions,
  request: Uint8Array,
  before: Uint8Array,
  authority: ReturnType<typeof testAuthority>,
): Promise<Files> {
  const { wacz, index } = await aWacz(options.wacz);
  return {
    'content/capture.wacz': wacz,
    'content/screen/first.png': SCREEN,
    'content/text.txt': utf8('示例商店\n'),
    'record/request.json': request,
    'record/environment.json': jsonBytes({
      ...theChecks('2026-11-22T03:29:30.000Z'),
      verdict: 'clean',
      ...options.environment,
    }),
    'record/timeline.jsonl': jsonLines([{ at: '2026-11-22T03:29:30.000Z', mono: 0, step: 'launch', detail: '' }]),
    'record/exchanges.jsonl': theExchanges(options.exchanges),
    'record/warc-index.jsonl': index,
    'record/dns.jsonl': jsonLines([
      { at: '2026-11-22T03:29:30.000Z', name: 'shop.test', answers: ['192.0.2.7'], chosen: '192.0.2.7' },
    ]),
    'record/before/checkpoint.txt': before,
    'record/before/pre.tsr': authority.stamp(request, 'sha256', options.preTokenAt ?? '2026-11-22T03:29:20.000Z'),
    ...options.record,
  };
}

/** What was asked, as the manifest says it too. */
function theRequest(): object {
  const { id, kind, makers, place, request, case: about } = aManifest({});
  const { urlTyped: url, jobId, purpose, profile, requestedAt } = request;
  const { ref: caseRef, clue, factToProve } = about;
  const nonce = '00112233445566778899aabbccddeeff';
  return { v: 1, id, jobId, kind, url, purpose, profile, caseRef, clue, factToProve, makers, place, requestedAt, nonce };
}

function stampsOf(sig: Uint8Array, authority: ReturnType<typeof testAuthority>, at = '2026-11-22T03:29:45.250Z'): Files {
  return {
    'proofs/manifest.sha256.tsr': authority.stamp(sig, 'sha256', at),
    'proofs/manifest.sm3.tsr': authority.stamp(sig, 'sm3', at),
  };
}
