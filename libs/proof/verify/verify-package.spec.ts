import { mkdtempSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { textOf, utf8 } from '../bytes';
import { folderFiles } from '../node-files';
import { signNote } from '../note/note';
import { generateKey, keyOf } from '../note/keys';
import { bytesSource } from '../source';
import { jsonBytes } from '../strict-json';
import { aManifest, aTrustBundle, CONTENT, evp, fixed, sealed, testKeys, type Files } from '../testing';
import type { TrustBundle } from '../trust-bundle';
import type { Level } from './report';
import { reportText } from './text';
import { verifyPackage } from './verify-package';

const at = new Date('2026-11-23T00:00:00.000Z');
const inBytes = (bytes: Uint8Array, bundle: TrustBundle = aTrustBundle(), level: Level = 2) =>
  verifyPackage({ form: 'file', source: bytesSource(bytes) }, bundle, { at, level, checkpoints: [] });
const inFiles = (files: Files, bundle = aTrustBundle(), level: Level = 2) => {
  const sources = new Map(Object.entries(files).map(([path, bytes]) => [path, bytesSource(bytes)]));
  return verifyPackage({ form: 'folder', files: sources, odd: [] }, bundle, { at, level, checkpoints: [] });
};
const whole = async () => sealed(await fixed());

describe('verifyPackage, V0 to V3', () => {
  it('passes a package at level 2 as file and as folder', async () => {
    const files = await whole();
    for (const report of [await inBytes(await evp(files)), await inFiles(files)]) {
      expect(report).toMatchObject({ verdict: 'PASSED', level: 2, reasons: [], package: { kind: 'web_capture' } });
    }
  });

  it('is undecided when a higher level is asked than the package reaches', async () => {
    expect(await inFiles(await whole(), aTrustBundle(), 4)).toMatchObject({ verdict: 'INDETERMINATE', level: 2 });
  });

  it('I-02: an empty container and an empty folder lack their seal and their manifest', async () => {
    const nothing = Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18));
    for (const report of [await inBytes(nothing), await inFiles({})])
      expect([report.verdict, report.reasons.map(({ code, subject }) => `${code} ${subject}`)]).toEqual([
        'FAILED',
        expect.arrayContaining(['FILE_MISSING SEAL', 'FILE_MISSING MANIFEST.json']),
      ]);
  });

  it('I-01: one flipped bit in every byte of the container fails and names the file or the part of the container', async () => {
    const files = await sealed(await fixed(CONTENT, {}, [testKeys.worker]));
    const good = await evp(files);
    const spans = spansOf(good, files);
    expect(spans.every((span) => span.from > 10)).toBe(true);
    for (let i = 0; i < good.length; i++) {
      const bytes = good.slice();
      bytes[i]! ^= 1 << ((i * 5) % 8);
      const report = await inBytes(bytes);
      const named = report.reasons.map((reason) => reason.subject);
      if (report.verdict !== 'FAILED') throw new Error(`byte ${i}: ${report.verdict}`);
      const expected = spans.find((span) => i >= span.from && i < span.to)?.path;
      if (expected) expect(named).toContain(expected);
      else expect(named.length).toBeGreaterThan(0);
    }
  }, 240_000);

  it('I-01: one flipped bit in every byte of a note with an SM2 signature fails and names the note', async () => {
    const files = await whole();
    const good = files['MANIFEST.sig']!;
    for (let i = 0; i < good.length; i++) {
      const bytes = good.slice();
      bytes[i]! ^= 1 << ((i * 3) % 8);
      const report = await inFiles(await sealed({ ...files, 'MANIFEST.sig': bytes }));
      expect(report.verdict).toBe('FAILED');
      expect(report.reasons.map((reason) => reason.subject)).toContain('MANIFEST.sig');
    }
  }, 240_000);

  it('I-02: a file removed, added, renamed, swapped, cut or made longer fails and is named', async () => {
    const files = await whole();
    for (const path of Object.keys(files)) {
      const bytes = files[path]!;
      const { [path]: _gone, ...rest } = files;
      const other = path === 'content/text.txt' ? 'record/request.json' : 'content/text.txt';
      const changed: [Files, string][] = [
        [rest, path],
        [{ ...files, 'content/extra.txt': utf8('x') }, 'content/extra.txt'],
        [{ ...rest, 'content/renamed': bytes }, 'content/renamed'],
        [{ ...files, [path]: files[other]!, [other]: bytes }, path],
        [{ ...files, [path]: bytes.slice(0, -1) }, path],
        [{ ...files, [path]: new Uint8Array([...bytes, 0]) }, path],
      ];
      for (const [damaged, name] of changed) {
        for (const report of [await inFiles(damaged), await inBytes(await evp(damaged))]) {
          expect(report.verdict).toBe('FAILED');
          expect(report.reasons.map((reason) => reason.subject).join(' ')).toContain(name);
        }
      }
    }
  });

  it('F16: a folder with a link fails and names it', async () => {
    const root = mkdtempSync(join(tmpdir(), 'evp-'));
    for (const [path, bytes] of Object.entries(await whole())) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), bytes);
    }
    const open = async () => ({ form: 'folder' as const, ...(await folderFiles(root)) });
    const options = { at, level: 2 as const, checkpoints: [] };
    expect((await verifyPackage(await open(), aTrustBundle(), options)).verdict).toBe('PASSED');
    symlinkSync('/etc/hostname', join(root, 'content/link'));
    const report = await verifyPackage(await open(), aTrustBundle(), options);
    expect(report.reasons).toContainEqual(expect.objectContaining({ code: 'CONTAINER_MALFORMED', subject: 'content/link' }));
  });

  it.each<[string, (text: string) => string, string]>([
    ['a duplicate key', (text) => text.replace('"place":', '"place":"x","place":'), 'MANIFEST_NOT_CANONICAL'],
    ['a float', (text) => text.replace('"monotonicMs":12000', '"monotonicMs":12000.5'), 'MANIFEST_NOT_CANONICAL'],
    ['1e400', (text) => text.replace('"monotonicMs":12000', '"monotonicMs":1e400'), 'MANIFEST_NOT_CANONICAL'],
    ['a lone surrogate', (text) => text.replace('"place":"', '"place":"\\ud800'), 'MANIFEST_NOT_CANONICAL'],
    ['deep nesting', (text) => text.replace('"place":', `"place":${'['.repeat(100_000)}`), 'MANIFEST_NOT_CANONICAL'],
    ['a byte order mark', (text) => `\ufeff${text}`, 'MANIFEST_NOT_CANONICAL'],
    ['an extra space', (text) => text.replace('{', '{ '), 'MANIFEST_NOT_CANONICAL'],
    ['a final newline', (text) => `${text}\n`, 'MANIFEST_NOT_CANONICAL'],
    ['an unknown key', (text) => text.replace('"place":', '"pla":"x","place":'), 'MANIFEST_SCHEMA'],
    ['a prototype key', (text) => text.replace('{"agency"', '{"__proto__":{},"agency"'), 'MANIFEST_NOT_CANONICAL'],
  ])('F17: a manifest with %s is refused', async (_name, damage, code) => {
    const files = await fixed();
    const text = textOf(files['MANIFEST.json']!);
    const damaged = damage(text);
    expect(damaged).not.toBe(text);
    const report = await inFiles(await sealed({ ...files, 'MANIFEST.json': utf8(damaged) }));
    expect(report.verdict).toBe('FAILED');
    expect(report.reasons.map((reason) => reason.code)).toContain(code);
  });

  it('names the JSON pointer that does not fit the schema', async () => {
    const one = aManifest(CONTENT).makers.slice(0, 1);
    const cases: [Parameters<typeof aManifest>[1], string][] = [
      [{ makers: one }, '/makers'],
      [{ makers: [...one, ...one] }, '/makers'],
      [{ case: { ref: null, clue: null, factToProve: 'x' } }, '/case'],
      [{ environment: null }, '/environment'],
      [{ files: aManifest(CONTENT).files.toReversed() }, '/files/1/path'],
      [{ time: { ...aManifest(CONTENT).time, startedAt: '2026-02-30T00:00:00.000Z' } }, '/time/startedAt'],
    ];
    for (const [changes, pointer] of cases) {
      const report = await inFiles(await sealed(await fixed(CONTENT, changes)));
      expect(report.reasons).toContainEqual(
        expect.objectContaining({ code: 'MANIFEST_SCHEMA', subject: `MANIFEST.json#${pointer}` }),
      );
    }
  });

  it('F18: signature lines that are not exactly the named signers fail', async () => {
    const files = await fixed();
    const stranger = generateKey('aj.test/seal-2');
    const two = await sealed(files, { signers: [testKeys.seal, testKeys.agency] });
    expect((await inFiles(two)).verdict).toBe('PASSED');
    const lines = textOf(two.SEAL!).split('\n');
    const lessOne = utf8([...lines.slice(0, -2), ''].join('\n'));
    const swapped = utf8([...lines.slice(0, -3), lines.at(-2), lines.at(-3), ''].join('\n'));
    const text = `${textOf(two.SEAL!).split('\n\n')[0]}\n`;
    const oneMore = await signNote(text, [testKeys.seal, testKeys.agency, stranger]);
    for (const SEAL of [lessOne, swapped, oneMore]) {
      expect((await inFiles({ ...two, SEAL })).reasons).toContainEqual(
        expect.objectContaining({ code: 'SEAL_SIGNATURE', subject: 'SEAL' }),
      );
    }
  });

  it('is undecided about unknown keys and fails a known name with another key', async () => {
    const stranger = generateKey('aj.test/seal-2');
    const unknown = await inFiles(await sealed(await fixed(), { signers: [stranger] }));
    expect(unknown).toMatchObject({
      verdict: 'INDETERMINATE',
      level: 0,
      reasons: [{ code: 'SEAL_KEY_UNKNOWN', effect: 'indeterminate' }],
    });
    const thief = keyOf('aj.test/seal-1', 'ed25519', new Uint8Array(32).fill(99));
    expect(await inFiles(await sealed(await fixed(), { signers: [thief] }))).toMatchObject({ verdict: 'FAILED' });
  });

  it('F15: a key signs only what its role allows, F13: within its period, and not after it was revoked', async () => {
    const imported = await inFiles(await sealed(await fixed(CONTENT, {}, [testKeys.importer])));
    expect(imported.reasons.map((reason) => reason.code)).toEqual(['KEY_ROLE']);
    const worker = await inFiles(await sealed(await fixed(CONTENT, { kind: 'import', environment: null })));
    expect(worker.reasons.map((reason) => reason.code)).toContain('KEY_ROLE');
    const change = (changes: object) => {
      const bundle = aTrustBundle();
      return {
        ...bundle,
        signers: bundle.signers.map((signer) => (signer.name === testKeys.worker.name ? { ...signer, ...changes } : signer)),
      };
    };
    const late = await inFiles(await whole(), change({ to: '2026-11-22T03:29:41.999Z' }));
    expect(late.reasons.map((reason) => reason.code)).toEqual(['KEY_PERIOD']);
    const revoked = await inFiles(
      await whole(),
      change({ revoked: { invalidFrom: '2026-11-23T00:00:00.000Z', reason: 'stolen' } }),
    );
    expect(revoked.reasons.map((reason) => reason.code)).toEqual(['KEY_REVOKED']);
  });

  it('tells what was withheld, and fails when the manifest does not know it', async () => {
    const files = await fixed();
    const line = aManifest(CONTENT).files.find((file) => file.path === 'content/text.txt')!;
    const { 'content/text.txt': _gone, ...rest } = files;
    const report = await inFiles(await sealed(rest, { withheld: [line] }));
    expect(report).toMatchObject({
      verdict: 'PASSED',
      findings: expect.arrayContaining([{ code: 'WITHHELD', subject: 'content/text.txt', detail: '' }]),
    });
    const other = await inFiles(await sealed(rest, { withheld: [{ ...line, path: 'content/other.txt' }] }));
    expect(other.verdict).toBe('FAILED');
  });

  it('says in both languages what it found and what is not proved', async () => {
    const bytes = (await evp(await whole())).slice();
    bytes[60]! ^= 1;
    const report = await inBytes(bytes);
    expect(reportText(report, 'zh')).toContain('不通过');
    expect(reportText(report, 'zh')).toContain('解开到文件夹');
    expect(reportText(report, 'en')).toContain('Not proved');
    expect(jsonBytes(report).length).toBeGreaterThan(100);
  });
});

/** Where each file's bytes lie in the container. */
function spansOf(container: Uint8Array, files: Files): { path: string; from: number; to: number }[] {
  const hay = Buffer.from(container);
  return Object.entries(files).map(([path, bytes]) => {
    const from = hay.indexOf(Buffer.concat([Buffer.from(path), Buffer.from(bytes)])) + path.length;
    return { path, from, to: from + bytes.length };
  });
}
