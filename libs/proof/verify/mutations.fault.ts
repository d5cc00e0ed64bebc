import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseWarcRecord } from '../archive/warc-record';
import { concat, Malformed, utf8 } from '../bytes';
import { parseEntry } from '../log/entry';
import { parseConsistency, parseTlogProof } from '../log/proofs';
import { parseManifest } from '../manifest/check';
import { parseManifestSig } from '../manifest/manifest-sig';
import { parseSeal } from '../manifest/seal';
import { parseNote } from '../note/note';
import { bytesSource } from '../source';
import { parseJsonLines } from '../strict-json';
import { aReport, aStampedPackage, type Files, goldenPackages } from '../testing';
import { parseTrustBundle } from '../trust-bundle';
import { parseCertificate } from '../tsp/certificate';
import { parseTimeStampResponse } from '../tsp/token';
import { verifyPackage } from './verify-package';

const AT = new Date('2026-11-23T00:00:00.000Z');
const options = { at: AT, level: 4 as const, checkpoints: [] };

/** Small random numbers from a recorded seed (mulberry32). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Flips, overwrites, cuts, doubles, inserts, swaps, or replaces by noise. */
function mutated(bytes: Uint8Array, roll: (below: number) => number): Uint8Array {
  const at = roll(Math.max(1, bytes.length));
  const length = 1 + roll(64);
  const noise = Uint8Array.from({ length }, () => roll(256));
  switch (roll(8)) {
    case 0:
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << roll(8)) : byte));
    case 1:
      return bytes.map((byte, i) => noise[i - at] ?? byte);
    case 2:
      return bytes.slice(0, at);
    case 3:
      return concat(bytes.slice(0, at), bytes.slice(at + length));
    case 4:
      return concat(bytes.slice(0, at), noise, bytes.slice(at));
    case 5:
      return concat(bytes.slice(0, at + length), bytes.slice(at));
    case 6:
      return bytes.map((byte, i) => (i >= at && i < at + 8 ? 0xff : byte));
    default:
      return noise;
  }
}

/** By night `NMS_MUTATIONS=1000000 npm test -- mutations`; `NMS_SEED` for other damage than the recorded one. Both are told in the titles. */
const COUNT = Number(process.env.NMS_MUTATIONS ?? 20_000);
const SEED = Number(process.env.NMS_SEED ?? 20_261_122);
const part = (share: number) => Math.ceil((COUNT * share) / 20_000);
const [TEXTS, CONTAINERS, PACKAGES] = [part(15_000), part(4_500), part(500)];
const timeout = 300_000 + COUNT * 20;

describe(`I-18, F16: ${COUNT} inputs that somebody damaged, seed ${SEED}`, () => {
  it(
    `${TEXTS} texts and structures: each parser answers, or says Malformed, and nothing else`,
    async () => {
      const { files } = await aStampedPackage();
      const note = (path: string) => parseNote(files[path]!);
      const [lines] = parseJsonLines(files['proofs/custody.jsonl']!);
      const token = parseTimeStampResponse(files['proofs/manifest.sha256.tsr']!);
      const record = utf8(
        'WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:x>\r\nWARC-Block-Digest: sha256:00\r\nContent-Length: 2\r\n\r\nab\r\n\r\n',
      );
      const parsers: [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
        ['note', files.SEAL!, parseNote],
        ['seal', utf8(note('SEAL').text), (bytes) => parseSeal(Buffer.from(bytes).toString())],
        ['manifest', files['MANIFEST.json']!, parseManifest],
        ['manifest signature', utf8(note('MANIFEST.sig').text), (bytes) => parseManifestSig(Buffer.from(bytes).toString())],
        ['proof', files['proofs/fixation.tlog-proof']!, parseTlogProof],
        ['consistency', files['proofs/consistency.txt']!, parseConsistency],
        ['entry', files['proofs/fixation.entry.json']!, parseEntry],
        ['token', files['proofs/manifest.sha256.tsr']!, parseTimeStampResponse],
        ['certificate', token.certificates[0]!, parseCertificate],
        ['record', record, parseWarcRecord],
      ];
      expect(lines).toBeDefined();
      const roll = dice(SEED);
      let answered = 0;
      for (let n = 0; n < TEXTS; n++) {
        const [name, bytes, parse] = parsers[n % parsers.length]!;
        try {
          parse(mutated(bytes, roll));
          answered++;
        } catch (error) {
          if (!(error instanceof Malformed)) throw new Error(`${name}, input ${n}: ${String(error)}`);
        }
      }
      // Some damage is none: inside of a text that stays well formed. Most has to be seen already here.
      expect(answered).toBeLessThan(TEXTS / 3);
    },
    timeout,
  );

  it(
    `${CONTAINERS} small containers: FAILED, none of them a hang`,
    async () => {
      const { import: golden } = await goldenPackages();
      const roll = dice(SEED + 1);
      for (let n = 0; n < CONTAINERS; n++) {
        const bytes = mutated(golden!.evp, roll);
        if (Buffer.compare(bytes, golden!.evp) === 0) continue;
        const began = performance.now();
        const { verdict } = await verifyPackage({ form: 'file', source: bytesSource(bytes) }, golden!.bundle, options);
        if (verdict !== 'FAILED') throw new Error(`input ${n}: ${verdict}`);
        expect(performance.now() - began).toBeLessThan(30_000); // tells a hang, never a slow machine
      }
    },
    timeout,
  );

  it(
    `${PACKAGES} whole packages with one damaged file: FAILED and the file is named, within 256 MiB`,
    async () => {
      const { files, bundle } = await aStampedPackage({
        files: (all) => ({ ...all, 'report/report.pdf': aReport(all['MANIFEST.json']!) }),
      });
      const paths = Object.keys(files);
      const roll = dice(SEED + 2);
      const trust = parseTrustBundle(
        new Uint8Array(readFileSync(join(__dirname, '../../../testdata/evidence/whole.trust.json'))),
      );
      expect(trust).toEqual(bundle);
      const before = process.memoryUsage().rss;
      for (let n = 0; n < PACKAGES; n++) {
        const path = paths[n % paths.length]!;
        const damaged: Files = { ...files, [path]: mutated(files[path]!, roll) };
        if (Buffer.compare(damaged[path]!, files[path]!) === 0) continue;
        const sources = new Map(Object.entries(damaged).map(([name, bytes]) => [name, bytesSource(bytes)]));
        const { verdict, reasons } = await verifyPackage({ form: 'folder', files: sources, odd: [] }, bundle, options);
        if (verdict !== 'FAILED' || !reasons.some(({ subject }) => subject.includes(path)))
          throw new Error(`input ${n} (${path}): ${verdict}`);
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
    },
    timeout,
  );
});
