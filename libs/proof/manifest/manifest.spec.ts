import fc from 'fast-check';
import { textOf, utf8 } from '../bytes';
import { digestsOf } from '../digests';
import { aManifest, CONTENT, PACKAGE_ID } from '../testing';
import { checkManifest, clockJumped, manifestBytes, parseManifest } from './check';
import { manifestSigText, parseManifestSig } from './manifest-sig';
import { parseSeal, type Seal, sealText } from './seal';

const filled = fc.string({ minLength: 1, unit: 'grapheme' });

describe('the manifest', () => {
  it('I-05: comes back from its bytes, whatever people write into it', () => {
    const base = aManifest(CONTENT);
    const texts = fc.record({
      number: filled,
      place: filled,
      purpose: filled,
      title: fc.string({ unit: 'grapheme' }),
      status: fc.option(fc.integer({ min: 100, max: 599 })),
    });
    fc.assert(
      fc.property(texts, ({ number, place, purpose, title, status }) => {
        const manifest = {
          ...base,
          number,
          place,
          request: { ...base.request, purpose },
          navigation: { ...base.navigation!, title, status },
        };
        const bytes = manifestBytes(manifest);
        expect(parseManifest(bytes)).toEqual(manifest);
        expect(manifestBytes(parseManifest(bytes))).toEqual(bytes);
      }),
      { seed: 20261122, numRuns: 200 },
    );
  });

  it('every key is needed, and every value has a type', () => {
    const base = aManifest(CONTENT);
    for (const key of Object.keys(base)) {
      const { [key as keyof typeof base]: _gone, ...rest } = base;
      expect(checkManifest(rest)).toBe(`/${key}`);
      expect(checkManifest({ ...base, [key]: 1.5 })).toMatch(new RegExp(`^/${key}`));
    }
  });

  it('tells a clock that moved by more than half a second', () => {
    const { time } = aManifest(CONTENT);
    expect(clockJumped(aManifest(CONTENT))).toBe(false);
    expect(clockJumped(aManifest(CONTENT, { time: { ...time, monotonicMs: time.monotonicMs + 500 } }))).toBe(false);
    expect(clockJumped(aManifest(CONTENT, { time: { ...time, monotonicMs: time.monotonicMs - 501 } }))).toBe(true);
  });
});

describe('texts that are signed', () => {
  it('I-05: MANIFEST.sig says what it was made of, and nothing else is accepted', () => {
    const text = manifestSigText(PACKAGE_ID, utf8('{}'), ['aj.test/worker-1', 'aj.test/agency-1']);
    expect(parseManifestSig(text)).toEqual({
      id: PACKAGE_ID,
      size: 2,
      ...digestsOf(utf8('{}')),
      signers: ['aj.test/worker-1', 'aj.test/agency-1'],
    });
    for (const other of [
      text.replace('size 2', 'size 02'),
      text.replace('worker-1 ', 'worker-1  '),
      `${text}\n`,
      text.toUpperCase(),
      text.replace('agency', 'worker'),
    ]) {
      expect(() => parseManifestSig(other)).toThrow('MANIFEST.sig');
    }
  });

  it('I-05: SEAL comes back from its text for any set of files', () => {
    const line = fc.record({ size: fc.nat(), sha256: fc.constant('a'.repeat(64)), sm3: fc.constant('b'.repeat(64)) });
    const files = fc.dictionary(fc.stringMatching(/^content\/[a-z0-9][a-z0-9._-]{0,8}$/), line, { minKeys: 1, maxKeys: 6 });
    fc.assert(
      fc.property(files, fc.nat(), (given, events) => {
        const all = Object.entries(given)
          .map(([path, rest]) => ({ path, ...rest }))
          .sort((a, b) => (a.path < b.path ? -1 : 1));
        const seal: Seal = {
          id: PACKAGE_ID,
          export: 3,
          at: '2026-11-22T06:00:00.000Z',
          manifestSha256: 'c'.repeat(64),
          custody: { events: events % 1e9, lastEntrySha256: 'd'.repeat(64) },
          signers: ['aj.test/seal-1'],
          files: all.slice(1),
          withheld: all.slice(0, 1),
        };
        expect(parseSeal(sealText(seal))).toEqual(seal);
        expect(textOf(utf8(sealText(parseSeal(sealText(seal)))))).toBe(sealText(seal));
      }),
      { seed: 20261122, numRuns: 100 },
    );
  });
});
