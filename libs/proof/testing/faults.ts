import { gunzipSync, gzipSync } from 'node:zlib';
import { concat, textOf, utf8 } from '../bytes';
import { hexDigest } from '../digests';
import { entryBytes, type LedgerEntry } from '../log/entry';
import { consistencyBytes, parseConsistency, parseTlogProof, tlogProofBytes } from '../log/proofs';
import { generateKey, keyOf } from '../note/keys';
import { signNote } from '../note/note';
import { jsonBytes, parseJsonLines } from '../strict-json';
import type { TrustBundle } from '../trust-bundle';
import type { Level, ReasonCode, Verdict } from '../verify/report';
import { aManifest } from './a-manifest';
import { evp, fixed, sealed, theChecks, type Files } from './a-package';
import { aReport, reportRoot } from './a-report';
import { aStampedPackage, testAuthority, type StampedOptions } from './a-stamped-package';
import { LASTING } from './faults-lasting';
import { aWacz, theRecords } from './a-wacz';
import { testKeys } from './keys';

/** One package with one thing wrong (or nothing), and what every verifier has to say about it first. */
export interface Case {
  name: string;
  verdict: Verdict;
  /** Code of the first reason, or null when there is none. */
  first: ReasonCode | null;
  make: () => Promise<CaseInput>;
}

export interface CaseInput {
  /** The container, or the files of a folder. */
  input: Uint8Array | Files;
  bundle: TrustBundle;
  at: string;
  level: Level;
  checkpoints: Uint8Array[];
}

const AT = '2026-11-23T00:00:00.000Z';
const FIXATION = 'proofs/fixation.tlog-proof';
const CUSTODY = 'proofs/custody.jsonl';
const STEPS = 'proofs/consistency.txt';
const SEALED = { at: '2026-11-22T06:00:00.000Z' };

type Change = Partial<Pick<CaseInput, 'at' | 'level' | 'checkpoints'>> & { bundle?: (bundle: TrustBundle) => TrustBundle };

const failed = (name: string, first: ReasonCode, make: Case['make']): Case => ({ name, verdict: 'FAILED', first, make });
const undecided = (name: string, first: ReasonCode, make: Case['make']): Case => ({
  name,
  verdict: 'INDETERMINATE',
  first,
  make,
});
const passed = (name: string, make: Case['make']): Case => ({ name, verdict: 'PASSED', first: null, make });

/** A package built with the options; the thief, where there is one, has the seal key and makes every outer digest right. */
const built =
  (options: StampedOptions = {}, { bundle = (same) => same, at = AT, level = 5, checkpoints = [] }: Change = {}): Case['make'] =>
  async () => {
    const made = await aStampedPackage(options);
    return { input: await evp(made.files), bundle: bundle(made.bundle), at, level, checkpoints };
  };

/** The finished container with its bytes changed. */
const bent =
  (bend: (bytes: Uint8Array) => Uint8Array): Case['make'] =>
  async () => {
    const { files, bundle } = await aStampedPackage();
    return { input: bend(await evp(files)), bundle, at: AT, level: 5, checkpoints: [] };
  };

/** The finished files changed, the seal left as it was; read as a folder. */
const touched =
  (touch: (files: Files) => Files): Case['make'] =>
  async () => {
    const { files, bundle } = await aStampedPackage();
    return { input: touch(files), bundle, at: AT, level: 5, checkpoints: [] };
  };

const without = (path: string) => (files: Files) => Object.fromEntries(Object.entries(files).filter(([name]) => name !== path));
const flip = (bytes: Uint8Array, at: number, bit = 1) => Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ bit : byte));
const edited = (path: string, edit: (bytes: Uint8Array) => Uint8Array) => (files: Files) => ({
  ...files,
  [path]: edit(files[path]!),
});
const asText = (edit: (text: string) => string) => (bytes: Uint8Array) => utf8(edit(textOf(bytes)));

const thief = keyOf('aj.test/worker-1', 'ed25519', new Uint8Array(32).fill(77));
const workerRevoked = (invalidFrom: string) => (bundle: TrustBundle) => ({
  ...bundle,
  signers: bundle.signers.map((signer) =>
    signer.name === testKeys.worker.name ? { ...signer, revoked: { invalidFrom, reason: 'stolen' } } : signer,
  ),
});
const nextLedger = keyOf('aj.test/ledger-2', 'ed25519', new Uint8Array(32).fill(78));
/** The key of the log is not believed from then on; the log goes on under the next one. */
const ledgerRevoked = (invalidFrom: string) => (bundle: TrustBundle) => ({
  ...bundle,
  logs: bundle.logs.flatMap((log) => [
    { ...log, revoked: { invalidFrom, reason: 'stolen' } },
    { ...log, vkey: nextLedger.vkey },
  ]),
});
/** A slip of the log with one entry more than the package knows, as `export-checkpoint` writes it, by the first key of the log. */
const withNewerSlip =
  (bundle: (bundle: TrustBundle) => TrustBundle = (same) => same): Case['make'] =>
  async () => {
    const made = await aStampedPackage();
    const { ledger } = made;
    const old = ledger.size;
    ledger.append('2026-11-22T05:00:00.000Z', 'clock.checked', 'clock');
    const slip = consistencyBytes([{ old, hashes: ledger.consistency(old), checkpoint: await ledger.checkpoint() }]);
    return { input: await evp(made.files), bundle: bundle(made.bundle), at: AT, level: 5, checkpoints: [slip] };
  };
const PAPER = 'attachments/001.pdf';
const SIGNED = utf8('%PDF-1.7 signed on paper\n');
const paper = (blob = hexDigest('sha256', SIGNED)): NonNullable<StampedOptions['later']>[number] => [
  '2026-11-22T05:00:00.000Z',
  'attestation.added',
  { n: 1, path: PAPER, role: 'confirmation', blob },
];
const withPaper = (files: Files) => ({ ...files, [PAPER]: SIGNED });

const CHECKS = theChecks('2026-11-22T03:29:30.000Z');
const OVERRIDE = { by: '办案人员甲', reason: '网页随时可能撤下' };
/** The browser refused a certificate, and the capture went on. */
const REFUSED = { tls: { leafSha256: null, errors: ['expired', 'ERR_CERT_AUTHORITY_INVALID'] } };
/** One mandatory check failed; `by` went on all the same. */
const unclean = (by: string | null): StampedOptions => ({
  environment: { ...theChecks('2026-11-22T03:29:30.000Z', ['E05']), verdict: 'fail' },
  manifest: { environment: { verdict: 'fail', failed: ['E05'], overrideBy: by, overrideReason: by && OVERRIDE.reason } },
});
const unlogged = (files: Files) =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !/^proofs\/(fixation|custody|consistency|checkpoint)/.test(path)));

/** Both digests of the tokens end; the renewal has another. */
const WEAK: Change = {
  at: '2026-12-20T00:00:00.000Z',
  bundle: (bundle) => ({
    ...withSecondAuthority(bundle),
    algorithms: { sha256: '2026-12-10T00:00:00.000Z', sm3: '2026-12-10T00:00:00.000Z', sha512: '2040-01-01T00:00:00.000Z' },
  }),
};

const containers: Case[] = [
  passed('whole package', built()),
  passed(
    'whole package, as a folder',
    touched((files) => files),
  ),
  failed(
    'F16 a byte before',
    'CONTAINER_MALFORMED',
    bent((bytes) => concat(Uint8Array.of(0), bytes)),
  ),
  failed(
    'F16 a byte after',
    'CONTAINER_MALFORMED',
    bent((bytes) => concat(bytes, Uint8Array.of(0))),
  ),
  failed(
    'F16 cut',
    'CONTAINER_MALFORMED',
    bent((bytes) => bytes.slice(0, -40)),
  ),
  failed(
    'F16 empty',
    'CONTAINER_MALFORMED',
    bent(() => new Uint8Array()),
  ),
  failed(
    'F16 a time in a local header',
    'CONTAINER_NOT_CANONICAL',
    bent((bytes) => flip(bytes, 10)),
  ),
  failed(
    'I-01 a bit of a file',
    'CONTAINER_NOT_CANONICAL',
    bent((bytes) => flip(bytes, 60)),
  ),
  failed('I-01 a bit of a file in a folder', 'FILE_DIGEST', touched(edited('content/text.txt', (bytes) => flip(bytes, 1)))),
  failed('I-02 a file removed', 'FILE_MISSING', touched(without('content/text.txt'))),
  failed(
    'I-02 a file added',
    'FILE_EXTRA',
    touched((files) => ({ ...files, 'content/more.txt': utf8('x') })),
  ),
  failed('I-02 a file longer', 'FILE_SIZE', touched(edited('README.txt', (bytes) => concat(bytes, bytes)))),
  failed('I-02 SEAL removed', 'FILE_MISSING', touched(without('SEAL'))),
];

const seals: Case[] = [
  failed(
    'F18 CRLF in SEAL',
    'SEAL_FORMAT',
    touched(
      edited(
        'SEAL',
        asText((text) => text.replaceAll('\n', '\r\n')),
      ),
    ),
  ),
  failed(
    'F18 an extra blank line in SEAL',
    'SEAL_FORMAT',
    touched(
      edited(
        'SEAL',
        asText((text) => text.replace('\n\n', '\n\n\n')),
      ),
    ),
  ),
  failed(
    'F18 another count in SEAL',
    'SEAL_FORMAT',
    touched(
      edited(
        'SEAL',
        asText((text) => text.replace('export 1', 'export 01')),
      ),
    ),
  ),
  failed(
    'F18 a number changed in SEAL',
    'SEAL_SIGNATURE',
    touched(
      edited(
        'SEAL',
        asText((text) => text.replace('export 1', 'export 2')),
      ),
    ),
  ),
  failed('F18 an unknown signer added', 'SEAL_SIGNATURE', async () => {
    const { files, bundle } = await aStampedPackage();
    const text = `${textOf(files.SEAL!).split('\n\n')[0]}\n`;
    const SEAL = await signNote(text, [testKeys.seal, generateKey('aj.test/seal-2')]);
    return { input: { ...files, SEAL }, bundle, at: AT, level: 5, checkpoints: [] };
  }),
  failed('F18 one of two signatures removed', 'SEAL_SIGNATURE', async () => {
    const { files, bundle } = await aStampedPackage();
    const two = await sealed(without('SEAL')(files), {
      ...SEALED,
      signers: [testKeys.seal, testKeys.agency],
      custody: custodyOf(files),
    });
    const SEAL = utf8(textOf(two.SEAL!).split('\n').slice(0, -2).concat('').join('\n'));
    return { input: { ...two, SEAL }, bundle, at: AT, level: 5, checkpoints: [] };
  }),
  failed(
    'F18 key name in another script',
    'SEAL_SIGNATURE',
    touched(
      edited(
        'SEAL',
        asText((text) => text.replace('— aj.test', '— \u0430j.test')),
      ),
    ),
  ),
  undecided(
    'seal key unknown',
    'SEAL_KEY_UNKNOWN',
    built(
      {},
      { bundle: (bundle) => ({ ...bundle, signers: bundle.signers.filter((signer) => signer.name !== testKeys.seal.name) }) },
    ),
  ),
];

const manifests: Case[] = [
  ...(
    [
      ['a duplicate key', (text: string) => text.replace('"place":', '"place":"x","place":'), 'MANIFEST_NOT_CANONICAL'],
      ['a float', (text: string) => text.replace('"monotonicMs":12000', '"monotonicMs":12000.5'), 'MANIFEST_NOT_CANONICAL'],
      ['1e400', (text: string) => text.replace('"monotonicMs":12000', '"monotonicMs":1e400'), 'MANIFEST_NOT_CANONICAL'],
      ['a lone surrogate', (text: string) => text.replace('"place":"', '"place":"\\ud800'), 'MANIFEST_NOT_CANONICAL'],
      ['deep nesting', (text: string) => text.replace('"place":', `"place":${'['.repeat(100_000)}`), 'MANIFEST_NOT_CANONICAL'],
      ['a byte order mark', (text: string) => `\ufeff${text}`, 'MANIFEST_NOT_CANONICAL'],
      ['an extra space', (text: string) => text.replace('{', '{ '), 'MANIFEST_NOT_CANONICAL'],
      ['an unknown key', (text: string) => text.replace('"place":', '"pla":"x","place":'), 'MANIFEST_SCHEMA'],
    ] as const
  ).map(([name, damage, code]) => {
    const files = (all: Files) => ({ ...all, 'MANIFEST.json': utf8(damage(textOf(all['MANIFEST.json']!))) });
    return failed(`F17 ${name}`, code, built({ files }));
  }),
  failed('one maker only', 'MANIFEST_SCHEMA', built({ manifest: { makers: aManifest({}).makers.slice(0, 1) } })),
  failed(
    'same account twice',
    'MANIFEST_SCHEMA',
    built({ manifest: { makers: aManifest({}).makers.map((maker) => ({ ...maker, account: 'one' })) } }),
  ),
  failed(
    'a file that the manifest does not list',
    'MANIFEST_SET',
    built({ files: (all) => ({ ...all, 'content/more.txt': utf8('x') }) }),
  ),
  failed(
    'a file other than the manifest lists',
    'MANIFEST_SET',
    built({ files: (all) => ({ ...all, 'content/text.txt': utf8('other') }) }),
  ),
  failed('F13 manifest signed by a thief', 'MANIFEST_SIGNATURE', async () => {
    const { files, bundle } = await aStampedPackage();
    const { text } = {
      text: `${textOf(files['MANIFEST.sig']!).split('\n\n')[0]}\n`.replace(/signers .*/, `signers ${thief.name}`),
    };
    const forged = { ...without('SEAL')(files), 'MANIFEST.sig': await signNote(text, [thief]) };
    return { input: await sealed(forged, { ...SEALED, custody: custodyOf(files) }), bundle, at: AT, level: 5, checkpoints: [] };
  }),
  failed(
    'F13 signature outside of the period of the key',
    'KEY_PERIOD',
    built(
      {},
      {
        bundle: (bundle) => ({
          ...bundle,
          signers: bundle.signers.map((signer) => ({ ...signer, to: '2026-11-22T03:00:00.000Z' })),
        }),
      },
    ),
  ),
  failed('F15 an import key signs a capture', 'KEY_ROLE', async () => {
    const { bundle } = await aStampedPackage();
    return { input: await sealed(await fixed(undefined, {}, [testKeys.importer])), bundle, at: AT, level: 2, checkpoints: [] };
  }),
  passed(
    'F13 worker key revoked after a token dates the signature',
    built({}, { bundle: workerRevoked('2026-11-22T03:30:00.000Z') }),
  ),
  failed('F13 worker key revoked before', 'KEY_REVOKED', built({}, { bundle: workerRevoked('2026-11-22T03:29:44.000Z') })),
  failed(
    'F13 worker key revoked before, another key bears its name',
    'KEY_REVOKED',
    built({}, { bundle: (bundle) => withNamesake(workerRevoked('2026-11-22T03:29:44.000Z')(bundle)) }),
  ),
];

const stamps: Case[] = [
  undecided(
    'no token at all',
    'TST_MISSING',
    built({ files: (all) => without('proofs/manifest.sm3.tsr')(without('proofs/manifest.sha256.tsr')(all)) }),
  ),
  undecided('unknown authority', 'TST_UNTRUSTED', built({}, { bundle: (bundle) => ({ ...bundle, tsa: [] }) })),
  undecided(
    'internal authority',
    'TST_INTERNAL',
    built({}, { bundle: (bundle) => ({ ...bundle, tsa: bundle.tsa.map((tsa) => ({ ...tsa, internal: true })) }) }),
  ),
  failed(
    'F06 token of other bytes',
    'TST_IMPRINT',
    built({ files: (all) => ({ ...all, 'proofs/manifest.sha256.tsr': testAuthority().stamp(utf8('other'), 'sha256', AT) }) }),
  ),
  failed(
    'F06 algorithm not allowed',
    'TST_ALG',
    built({}, { bundle: (bundle) => ({ ...bundle, tsa: bundle.tsa.map((tsa) => ({ ...tsa, algorithms: ['sha512'] })) }) }),
  ),
  failed(
    'F06 rejection',
    'TST_STATUS',
    built({ files: (all) => ({ ...all, 'proofs/manifest.sm3.tsr': Uint8Array.of(0x30, 5, 0x30, 3, 2, 1, 2) }) }),
  ),
  failed('F06 junk', 'TST_FORMAT', built({ files: edited('proofs/manifest.sm3.tsr', () => utf8('<html></html>')) })),
  failed(
    'F06 a bit of the signature',
    'TST_SIGNATURE',
    built({ files: edited('proofs/manifest.sha256.tsr', (bytes) => flip(bytes, bytes.length - 1)) }),
  ),
  failed('F06 certificate not valid then', 'TST_CHAIN', built({ tokenAt: '2027-01-01T01:00:00.000Z' })),
  failed('F08 stamped before the capture ended', 'TIME_ORDER', built({ tokenAt: '2026-11-22T03:29:30.000Z' })),
  failed('F08 first token after the capture began', 'TIME_ORDER', built({ preTokenAt: '2026-11-22T03:29:40.000Z' })),
  passed(
    'F07 stamped two days late is a finding only',
    built({ tokenAt: '2026-11-24T03:29:45.000Z' }, { at: '2026-11-25T00:00:00.000Z' }),
  ),
  undecided('F31 certificate ended, no renewal', 'TST_EXPIRED', built({}, { at: '2027-06-01T00:00:00.000Z' })),
  passed(
    'F31 certificate ended, renewed in time',
    built({ files: renewedBy('2026-12-01T00:00:00.000Z') }, { at: '2027-06-01T00:00:00.000Z', bundle: withSecondAuthority }),
  ),
  undecided(
    'F31 certificate ended, renewed by our own authority only',
    'TST_EXPIRED',
    built(
      { files: renewedBy('2026-12-01T00:00:00.000Z', 1, ownAuthority()) },
      { at: '2027-06-01T00:00:00.000Z', bundle: withOwnAuthority },
    ),
  ),
  undecided(
    'F31 certificate ended, a stamp of our own goes on',
    'TST_EXPIRED',
    built(
      {
        files: (all) => ({
          ...all,
          'proofs/manifest.sha512.tsr': ownAuthority().stamp(all['MANIFEST.sig']!, 'sha512', '2026-11-22T03:29:46.000Z'),
        }),
      },
      { at: '2027-06-01T00:00:00.000Z', bundle: withOwnAuthority },
    ),
  ),
  passed(
    'F31 the first renewals of the log are older than the package',
    built({ files: renewedBy('2026-12-01T00:00:00.000Z', 7) }, { at: '2027-06-01T00:00:00.000Z', bundle: withSecondAuthority }),
  ),
  failed(
    'F31 a renewal left out',
    'RENEWAL_BROKEN',
    built(
      {
        files: async (all, ledger) => {
          const third = await renewedBy('2026-12-02T00:00:00.000Z', 9)(all, ledger);
          return { ...third, ...(await renewedBy('2026-12-01T00:00:00.000Z', 7)(all, ledger)) };
        },
      },
      { bundle: withSecondAuthority },
    ),
  ),
  failed(
    'F06 more tokens than anybody needs',
    'TST_FORMAT',
    built({
      files: (all) => ({
        ...all,
        ...Object.fromEntries(
          Array.from({ length: 40 }, (_, n) => [`proofs/manifest.t${n}.tsr`, all['proofs/manifest.sha256.tsr']!]),
        ),
      }),
    }),
  ),
  passed(
    'F31 the token over the checkpoint ended, renewed in time',
    built({ files: renewedBy('2026-12-01T00:00:00.000Z') }, { at: '2027-06-01T00:00:00.000Z', level: 5, bundle: unwitnessed }),
  ),
  undecided(
    'F31 the token over the checkpoint ended, only the others were renewed',
    'WITNESS_QUORUM',
    built(
      { files: renewedBy('2026-12-01T00:00:00.000Z', 1, secondAuthority(), /^proofs\/manifest\./) },
      { at: '2027-06-01T00:00:00.000Z', level: 5, bundle: unwitnessed },
    ),
  ),
  undecided(
    'F31 renewed too late',
    'RENEWAL_LATE',
    built({ files: renewedBy('2027-02-01T00:00:00.000Z') }, { at: '2027-06-01T00:00:00.000Z', bundle: withSecondAuthority }),
  ),
  undecided(
    'F31 digest weak, renewed without new digests',
    'RENEWAL_LATE',
    built({ files: renewedBy('2026-12-01T00:00:00.000Z') }, WEAK),
  ),
  passed(
    'F31 digest weak, new digests and renewal in time',
    built(
      {
        later: [['2026-11-30T00:00:00.000Z', 'evidence.rehashed', rehashed()]],
        files: renewedBy('2026-12-01T00:00:00.000Z'),
      },
      WEAK,
    ),
  ),
  undecided(
    'F31 digest weak, the new digests are of other content',
    'RENEWAL_LATE',
    built(
      {
        later: [
          ['2026-11-30T00:00:00.000Z', 'evidence.rehashed', rehashed(edited('content/text.txt', (bytes) => flip(bytes, 0)))],
        ],
        files: renewedBy('2026-12-01T00:00:00.000Z'),
      },
      WEAK,
    ),
  ),
  undecided(
    'F31 digest weak, a file has no new digest',
    'RENEWAL_LATE',
    built(
      {
        later: [['2026-11-30T00:00:00.000Z', 'evidence.rehashed', rehashed(without('record/exchanges.jsonl'))]],
        files: renewedBy('2026-12-01T00:00:00.000Z'),
      },
      WEAK,
    ),
  ),
  undecided(
    'F31 digest weak, new digests made after its end',
    'RENEWAL_LATE',
    built(
      {
        later: [['2026-12-11T00:00:00.000Z', 'evidence.rehashed', rehashed()]],
        files: renewedBy('2026-12-01T00:00:00.000Z'),
      },
      WEAK,
    ),
  ),
  failed(
    'renewal of a checkpoint with another root',
    'RENEWAL_BROKEN',
    built(
      {
        files: async (all, ledger) => {
          const made = await renewedBy('2026-12-01T00:00:00.000Z')(all, ledger);
          const statement = asText((text) => text.replace(/"root":"[^"]+"/, `"root":"${'A'.repeat(43)}="`))(
            made['proofs/renewals/0001/statement.json']!,
          );
          return {
            ...made,
            'proofs/renewals/0001/statement.json': statement,
            'proofs/renewals/0001/token.tsr': secondAuthority().stamp(statement, 'sha512', '2026-12-01T00:00:00.000Z'),
          };
        },
      },
      { bundle: withSecondAuthority },
    ),
  ),
  failed(
    'renewal of another statement',
    'RENEWAL_BROKEN',
    built(
      {
        files: async (all, ledger) =>
          edited(
            'proofs/renewals/0001/statement.json',
            asText((text) => text.replace('"n":1', '"n":2')),
          )(await renewedBy('2026-12-01T00:00:00.000Z')(all, ledger)),
      },
      { bundle: withSecondAuthority },
    ),
  ),
];

const ledgers: Case[] = [
  undecided('F13 signed but not logged', 'LOG_ENTRY', built({ files: unlogged })),
  failed('entry of another manifest', 'LOG_ENTRY', built({ facts: { manifestSha256: '0'.repeat(64) } })),
  failed(
    'F20 proof of another leaf',
    'LOG_INCLUSION',
    built({ files: async (all, ledger) => ({ ...all, [FIXATION]: await ledger.proof(3, 'sha256', 8) }) }),
  ),
  failed(
    'F20 index off by one',
    'LOG_INCLUSION',
    built({
      files: edited(FIXATION, (bytes) => tlogProofBytes({ ...parseTlogProof(bytes), index: parseTlogProof(bytes).index + 1 })),
    }),
  ),
  failed(
    'F20 index 2^63',
    'LOG_INCLUSION',
    built({
      files: edited(
        FIXATION,
        asText((text) => text.replace(/index \d+/, 'index 9223372036854775808')),
      ),
    }),
  ),
  failed(
    'F20 empty proof',
    'LOG_INCLUSION',
    built({ files: edited(FIXATION, (bytes) => tlogProofBytes({ ...parseTlogProof(bytes), hashes: [] })) }),
  ),
  failed(
    'F20 SM3 tree with SHA-256 hashes',
    'CHECKPOINT_SIGNATURE',
    built({ files: (all) => ({ ...all, 'proofs/fixation.sm3.tlog-proof': all[FIXATION]! }) }),
  ),
  failed(
    'checkpoint of another key',
    'CHECKPOINT_SIGNATURE',
    built({
      files: async (all, ledger) => ({
        ...all,
        [FIXATION]: tlogProofBytes({
          ...parseTlogProof(all[FIXATION]!),
          checkpoint: await ledger.checkpoint('sha256', 8, [keyOf('aj.test/ledger-1', 'ed25519', new Uint8Array(32).fill(55))]),
        }),
      }),
    }),
  ),
  undecided('ledger key unknown', 'CHECKPOINT_KEY_UNKNOWN', built({}, { bundle: (bundle) => ({ ...bundle, logs: [] }) })),
];

const custodies: Case[] = [
  failed(
    'an event left out',
    'CUSTODY_GAP',
    built({ custody: (lines) => lines.filter((line) => line.entry.type !== 'job.started') }),
  ),
  failed('the request left out', 'CUSTODY_GAP', built({ custody: (lines) => lines.slice(1) })),
  failed('the last event left out', 'LOG_INCLUSION', built({ custody: (lines) => lines.slice(0, -1) })),
  failed(
    'an event changed',
    'CUSTODY_LINK',
    built({ custody: (lines) => lines.map((line, i) => (i === 1 ? { ...line, event: { ...line.event!, attempt: 2 } } : line)) }),
  ),
  failed(
    'an entry changed',
    'CUSTODY_LINK',
    built({
      custody: (lines) =>
        lines.map((line, i) => (i === 1 ? { ...line, entry: { ...line.entry, at: '2026-11-22T03:29:31.000Z' } } : line)),
    }),
  ),
  failed('SEAL says another number of events', 'CUSTODY_HEAD', async () => {
    const { files, bundle } = await aStampedPackage();
    const input = await sealed(without('SEAL')(files), { ...SEALED, custody: { ...custodyOf(files), events: 9 } });
    return { input, bundle, at: AT, level: 5, checkpoints: [] };
  }),
  passed(
    'F30 the body of an event erased is a finding',
    built({ custody: (lines) => lines.map((line, i) => (i === 1 ? { ...line, event: null } : line)) }),
  ),
  undecided(
    'F30 the body of the fixation erased',
    'LOG_ENTRY',
    built({ custody: (lines) => lines.map((line, i) => (i === 2 ? { ...line, event: null } : line)) }),
  ),
  passed('a paper with its entry', built({ later: [paper()], files: withPaper })),
  failed('a paper that no entry tells of', 'CUSTODY_LINK', built({ files: withPaper })),
  failed('another paper than the entry tells of', 'CUSTODY_LINK', built({ later: [paper('0'.repeat(64))], files: withPaper })),
  failed('a paper left out', 'CUSTODY_LINK', built({ later: [paper()] })),
  undecided(
    'F30 the event of a paper erased',
    'CUSTODY_LINK',
    built({
      later: [paper()],
      files: withPaper,
      custody: (lines) => lines.map((line) => (line.entry.type === 'attestation.added' ? { ...line, event: null } : line)),
    }),
  ),
  failed('the file of the request left out', 'CUSTODY_LINK', built({ lost: ['record/request.json'] })),
  failed('custody is no JSON', 'LOG_ENTRY', built({ files: edited(CUSTODY, () => utf8('no json\n')) })),
];

const anchors: Case[] = [
  failed(
    'consistency proof changed',
    'CONSISTENCY',
    built({
      files: edited(STEPS, (bytes) =>
        consistencyBytes(
          parseConsistency(bytes).map((step, i) => ({ ...step, hashes: i === 0 ? step.hashes.slice(1) : step.hashes })),
        ),
      ),
    }),
  ),
  failed('consistency proof missing', 'CONSISTENCY', built({ files: without(STEPS) })),
  undecided(
    'no witness, no token',
    'WITNESS_QUORUM',
    built({ newestBy: [testKeys.ledger], files: without('proofs/checkpoint.tsr') }),
  ),
  passed('a token over the newest checkpoint is enough', built({ newestBy: [testKeys.ledger] })),
  passed('no witness is needed at level 4', async () => ({
    ...(await built({ newestBy: [testKeys.ledger], files: without('proofs/checkpoint.tsr') })()),
    level: 4,
  })),
  passed('the asker holds the same checkpoint', async () => {
    const made = await aStampedPackage({ newestBy: [testKeys.ledger], files: without('proofs/checkpoint.tsr') });
    return { input: await evp(made.files), bundle: made.bundle, at: AT, level: 5, checkpoints: [made.newest] };
  }),
  failed('F14 the asker holds another history of the same size', 'SPLIT_VIEW', async () => {
    const other = await aStampedPackage({ facts: { other: true } });
    const made = await aStampedPackage();
    return { input: await evp(made.files), bundle: made.bundle, at: AT, level: 4, checkpoints: [other.newest] };
  }),
  passed('a newer slip of the log, beside a package with a token of its own', withNewerSlip()),
  passed(
    'F14 ledger key revoked after a token dates the newest checkpoint',
    built({}, { bundle: ledgerRevoked('2026-11-22T04:01:31.000Z') }),
  ),
  failed(
    'F14 ledger key revoked before that token',
    'KEY_REVOKED',
    built({}, { bundle: ledgerRevoked('2026-11-22T04:01:30.000Z') }),
  ),
  failed(
    'F14 ledger key revoked before the capture',
    'KEY_REVOKED',
    built({}, { bundle: ledgerRevoked('2026-11-22T00:00:00.000Z') }),
  ),
  failed('F14 ledger key revoked and no token over a checkpoint', 'KEY_REVOKED', async () => ({
    ...(await built({ files: without('proofs/checkpoint.tsr') }, { bundle: ledgerRevoked('2027-01-01T00:00:00.000Z') })()),
    level: 4,
  })),
  passed(
    'F14 ledger key revoked, the log goes on under the next one',
    built({ newestBy: [nextLedger, testKeys.witness] }, { bundle: ledgerRevoked('2026-11-22T00:00:00.000Z') }),
  ),
  failed(
    'F14 ledger key revoked, what it signed is no part of what the next one signed',
    'KEY_REVOKED',
    built(
      { newestBy: [nextLedger, testKeys.witness], files: without(STEPS) },
      { bundle: ledgerRevoked('2026-11-22T00:00:00.000Z') },
    ),
  ),
  failed(
    'F14 ledger key revoked, a head of the SM3 tree beside which there is none of the other',
    'KEY_REVOKED',
    built(
      {
        files: async (all, ledger) => {
          const { index } = parseTlogProof(all[FIXATION]!);
          return { ...all, 'proofs/fixation.sm3.tlog-proof': await ledger.proof(index, 'sm3', index + 2) };
        },
      },
      { bundle: ledgerRevoked('2026-11-22T04:01:31.000Z') },
    ),
  ),
  undecided(
    'F14 ledger key revoked, a newer slip that nothing dates',
    'KEY_REVOKED',
    withNewerSlip(ledgerRevoked('2026-11-22T04:01:31.000Z')),
  ),
  failed(
    'a witness signature that is wrong',
    'CHECKPOINT_SIGNATURE',
    built({ newestBy: [testKeys.ledger, keyOf('court.test/witness-1', 'ed25519', new Uint8Array(32).fill(66))] }),
  ),
];

const contents: Case[] = [
  failed('F21 payload changed', 'WARC_DIGEST', built({ wacz: { member: (bytes, n) => (n === 1 ? tampered(bytes) : bytes) } })),
  failed('F21 a record removed from the archive', 'WARC_TILING', built({ record: { 'record/warc-index.jsonl': utf8('') } })),
  failed(
    'F21 a response removed from archive and index',
    'CROSS_MISMATCH',
    built({ wacz: { records: (all) => all.filter((record) => record.type !== 'response') } }),
  ),
  failed(
    'F21 gzip cut at the end of a member',
    'WARC_TILING',
    built({ wacz: { member: (bytes, n) => (n === 2 ? bytes.slice(0, -8) : bytes) } }),
  ),
  failed(
    'F21 bytes after a member',
    'WARC_TILING',
    built({ wacz: { member: (bytes, n) => (n === 2 ? concat(bytes, Uint8Array.of(1, 2, 3)) : bytes) } }),
  ),
  failed(
    'F21 two records in a member',
    'WARC_COUNT',
    built({ wacz: { member: (bytes, n) => (n === 2 ? concat(bytes, bytes) : bytes) } }),
  ),
  failed(
    'F21 CDXJ offset moved',
    'CROSS_MISMATCH',
    built({
      wacz: { cdxj: (text) => text.replace(/"offset":"(\d+)"/, (_all, offset: string) => `"offset":"${Number(offset) + 1}"`) },
    }),
  ),
  failed('F21 CDXJ line lost', 'CROSS_MISMATCH', built({ wacz: { cdxj: (text) => text.split('\n').slice(1).join('\n') } })),
  failed(
    'F21 header repeated',
    'CROSS_MISMATCH',
    built({
      wacz: { records: withHead((head) => head.replace('Set-Cookie: a=1\r\n', 'Set-Cookie: a=1\r\nSet-Cookie: a=1\r\n')) },
    }),
  ),
  failed(
    'F21 header lost',
    'CROSS_MISMATCH',
    built({ wacz: { records: withHead((head) => head.replace('Set-Cookie: b=2\r\n', '')) } }),
  ),
  failed('F21 status changed', 'CROSS_MISMATCH', built({ exchanges: { status: 404 } })),
  failed('F21 body digest changed', 'CROSS_MISMATCH', built({ exchanges: { sm3: '0'.repeat(64) } })),
  failed('spoken to an address that the resolver did not choose', 'CROSS_MISMATCH', built({ exchanges: { ip: '192.0.2.8' } })),
  failed(
    'certificate of an exchange is missing',
    'CROSS_MISMATCH',
    built({ exchanges: { tls: { leafSha256: '0'.repeat(64) } } }),
  ),
  failed('warcinfo not first', 'WARC_COUNT', built({ wacz: { records: (all) => all.slice(1) } })),
  failed('screen is not in the archive', 'CROSS_MISMATCH', built({ record: { 'content/screen/full-0001.png': utf8('png') } })),
  failed(
    'certificate under another name',
    'CROSS_MISMATCH',
    built({ record: { [`record/tls/${'0'.repeat(64)}.der`]: utf8('der') } }),
  ),
  failed(
    'environment verdict better than its checks',
    'ENV_VERDICT',
    built({ environment: theChecks('2026-11-22T03:29:30.000Z', ['E05']) }),
  ),
  failed('a check of the environment left out', 'ENV_VERDICT', built({ environment: { before: CHECKS.before.slice(1) } })),
  failed(
    'a check of the environment made twice',
    'ENV_VERDICT',
    built({ environment: { after: [...CHECKS.after, CHECKS.after[0]] } }),
  ),
  failed('no record of the environment', 'ENV_VERDICT', built({ lost: ['record/environment.json'] })),
  failed('F28 a failed check that nobody decided about', 'ENV_VERDICT', built(unclean(null))),
  failed('F28 a decision that was not in the request', 'CROSS_MISMATCH', built(unclean('办案人员甲'))),
  passed(
    'F28 a failed check that an officer decided about before',
    built({ ...unclean('办案人员甲'), request: { override: OVERRIDE } }),
  ),
  failed('F26 a certificate error that nobody decided about', 'CROSS_MISMATCH', built({ exchanges: REFUSED })),
  failed(
    'F26 a decision about certificates without a reason',
    'CROSS_MISMATCH',
    built({ exchanges: REFUSED, request: { tlsOverride: { by: OVERRIDE.by, reason: '' } } }),
  ),
  passed(
    'F26 a certificate error that an officer decided about before',
    built({ exchanges: REFUSED, request: { tlsOverride: OVERRIDE } }),
  ),
  failed('another address than was asked for', 'CROSS_MISMATCH', built({ request: { url: 'http://other.test/' } })),
  failed('F29 other makers than asked', 'CROSS_MISMATCH', built({ request: { makers: aManifest({}).makers.slice(1) } })),
  failed(
    'F21 CDXJ gives a body to another address',
    'CROSS_MISMATCH',
    built({ wacz: { cdxj: (text) => text.replace('"url":"http://shop.test/"', '"url":"http://other.test/"') } }),
  ),
  failed(
    'F21 record of the request lost',
    'CROSS_MISMATCH',
    built({ wacz: { records: (all) => all.filter(({ type }) => type !== 'request') } }),
  ),
  failed('F21 another method than asked', 'CROSS_MISMATCH', built({ exchanges: { method: 'POST' } })),
  failed(
    'F21 another field of the request',
    'CROSS_MISMATCH',
    built({ exchanges: { requestHeaders: [['Accept', 'text/html']] } }),
  ),
  failed('F21 another body of the request', 'CROSS_MISMATCH', built({ exchanges: { requestBodySha256: '0'.repeat(64) } })),
  failed('F21 a whole body told as cut', 'CROSS_MISMATCH', built({ exchanges: { truncated: 'length' } })),
  failed('a blocked exchange with a response', 'CROSS_MISMATCH', built({ exchanges: { outcome: 'blocked' } })),
  failed('WACZ is no archive', 'CROSS_MISMATCH', async () => built({ record: { 'content/capture.wacz': utf8('no zip') } })()),
  failed('data package says another digest', 'CROSS_MISMATCH', async () => {
    const { wacz } = await aWacz();
    const bent = asBinary(wacz, (text) =>
      text.replace(/"hash":"sha256:[0-9a-f]/, (start) =>
        start.endsWith('0') ? `${start.slice(0, -1)}1` : `${start.slice(0, -1)}0`,
      ),
    );
    return built({ record: { 'content/capture.wacz': bent } })();
  }),
];

const PDF = 'report/report.pdf';
const known = (bundle: TrustBundle) => ({ ...bundle, x509Roots: [reportRoot()] });
const printed = (
  touch: (pdf: Uint8Array) => Uint8Array = (pdf) => pdf,
  attached = (manifest: Uint8Array) => manifest,
): StampedOptions => ({
  files: (all) => ({ ...all, [PDF]: touch(aReport(attached(all['MANIFEST.json']!))) }),
});

const reports: Case[] = [
  passed('report', built(printed(), { bundle: known })),
  passed('report of a signer that the bundle does not name', built(printed())),
  passed(
    'F22 signature removed is told beside',
    built(printed((pdf) => asBinary(pdf, (text) => text.replace('/ByteRange', '/ByteRangs')))),
  ),
  failed(
    'F22 appended update',
    'REPORT_RANGE',
    built(
      printed((pdf) => concat(pdf, utf8('\n3 0 obj\n'))),
      { bundle: known },
    ),
  ),
  failed(
    'F22 padding flip',
    'REPORT_SIGNATURE',
    built(
      printed((pdf) => asBinary(pdf, (text) => text.replace('0>\n>>', '1>\n>>'))),
      { bundle: known },
    ),
  ),
  failed(
    'F22 text of the report changed',
    'REPORT_SIGNATURE',
    built(
      printed((pdf) => asBinary(pdf, (text) => text.replace('%PDF-1.7', '%PDF-1.6'))),
      { bundle: known },
    ),
  ),
  failed(
    'F22 certificate of the report ended before the export was sealed',
    'REPORT_SIGNATURE',
    built(
      { files: (all) => ({ ...all, [PDF]: aReport(all['MANIFEST.json']!, '2026-11-22T05:59:59.000Z') }) },
      { bundle: (bundle) => ({ ...bundle, x509Roots: [reportRoot('2026-11-22T05:59:59.000Z')] }) },
    ),
  ),
  failed(
    'F22 other attachment',
    'REPORT_MANIFEST',
    built(
      printed(
        (pdf) => pdf,
        (manifest) => flip(manifest, 5),
      ),
      { bundle: known },
    ),
  ),
];

const lastingReports: Case[] = LASTING.map(([name, first, make]) => {
  const options: StampedOptions = { files: (all) => ({ ...all, [PDF]: make(all['MANIFEST.json']!) }) };
  const given = built(options, { bundle: known });
  return first === null ? passed(`report ${name}`, given) : failed(`F22 report ${name}`, first, given);
});

export const CASES: Case[] = [
  ...containers,
  ...seals,
  ...manifests,
  ...stamps,
  ...ledgers,
  ...custodies,
  ...anchors,
  ...contents,
  ...reports,
  ...lastingReports,
];

function custodyOf(files: Files): { events: number; lastEntrySha256: string } {
  const lines = parseJsonLines(files[CUSTODY]!);
  const last = lines.at(-1)!.entry as LedgerEntry;
  return { events: lines.length, lastEntrySha256: hexDigest('sha256', entryBytes(last)) };
}

function renewedBy(
  at: string,
  n = 1,
  authority = secondAuthority(),
  covered = /^proofs\/[^/]+\.tsr$/,
): NonNullable<StampedOptions['files']> {
  return (all, ledger) => {
    const covers = Object.keys(all)
      .filter((path) => covered.test(path))
      .map((path) => ({ sha256: hexDigest('sha256', all[path]!), sm3: hexDigest('sm3', all[path]!) }));
    const root = (hash: 'sha256' | 'sm3') => Buffer.from(ledger.root(hash)).toString('base64');
    const statement = jsonBytes({
      v: 1,
      n,
      origin: ledger.origin,
      checkpoint: { size: ledger.size, root: root('sha256'), rootSm3: root('sm3') },
      covers,
      algorithm: 'sha512',
    });
    const folder = `proofs/renewals/${String(n).padStart(4, '0')}`;
    return { ...all, [`${folder}/statement.json`]: statement, [`${folder}/token.tsr`]: authority.stamp(statement, 'sha512', at) };
  };
}

/** Event of new digests, of the files as `change` leaves them. */
function rehashed(change: (files: Files) => Files = (same) => same): (files: Files) => Record<string, unknown> {
  return (fixedFiles) => {
    const { 'MANIFEST.json': manifest, ...rest } = change(fixedFiles);
    const files = Object.entries(rest).map(([path, bytes]) => ({ path, digest: hexDigest('sha512', bytes) }));
    return { algorithm: 'sha512', manifest: hexDigest('sha512', manifest!), files };
  };
}

function secondAuthority() {
  return testAuthority({ to: '2030-01-01', key: 12 });
}

/** The agency's own, which the bundle marks as such; its root is nobody else's. */
function ownAuthority() {
  return testAuthority({ to: '2030-01-01', key: 14, root: 13 });
}

function withOwnAuthority(bundle: TrustBundle): TrustBundle {
  return { ...bundle, tsa: [...bundle.tsa, { ...ownAuthority().entry, name: 'own', internal: true }] };
}

function withNamesake(bundle: TrustBundle): TrustBundle {
  const { signers } = bundle;
  const worker = signers.find(({ name }) => name === testKeys.worker.name)!;
  const { vkey } = keyOf(worker.name, 'ed25519', new Uint8Array(32).fill(77));
  return { ...bundle, signers: [{ ...worker, vkey, revoked: null }, ...signers] };
}

function unwitnessed(bundle: TrustBundle): TrustBundle {
  return { ...withSecondAuthority(bundle), witnesses: [], policy: { ...bundle.policy, witnesses: 0 } };
}

function withSecondAuthority(bundle: TrustBundle): TrustBundle {
  return { ...bundle, tsa: [...bundle.tsa, { ...secondAuthority().entry, name: 'second' }] };
}

/** One letter of the page changed and packed again: a careful thief's work, but the record's own digests stay behind. */
function tampered(member: Uint8Array): Uint8Array {
  const page = asBinary(new Uint8Array(gunzipSync(member)), (text) => text.replace('<title>', '<titlE>'));
  return new Uint8Array(gzipSync(page, { level: 0 }));
}

function asBinary(bytes: Uint8Array, edit: (text: string) => string): Uint8Array {
  return new Uint8Array(Buffer.from(edit(Buffer.from(bytes).toString('latin1')), 'latin1'));
}

function withHead(edit: (head: string) => string) {
  return (all: ReturnType<typeof theRecords>) =>
    all.map((record) => (record.type === 'response' ? { ...record, head: edit(record.head!) } : record));
}
