import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { utf8 } from '../bytes';
import { hexDigest } from '../digests';
import { fileSource, streamOut } from '../node-files';
import { bytesSource, wholeOf, type ByteSource } from '../source';
import { evp } from '../testing';
import { centralHeader, endRecords, localHeader } from './layout';
import { isPackagePath } from './paths';
import { readContainer } from './read';
import { containerBytes, surveyFiles, writeContainer } from './write';

const FILES = {
  'README.txt': utf8('read me\n'),
  'content/a.txt': utf8('alpha'),
  'content/b.bin': new Uint8Array(3000).fill(9),
  SEAL: utf8('seal\n'),
};
const read = (bytes: Uint8Array) => readContainer(bytesSource(bytes));
const replaced = (bytes: Uint8Array, at: number, ...values: number[]) =>
  Uint8Array.from(bytes, (byte, i) => values[i - at] ?? byte);
const joined = (...parts: (Uint8Array | number[])[]) => new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));

describe('the canonical container', () => {
  it('I-05: reads back what it wrote, in order, SEAL last', async () => {
    const { entries, faults } = await read(await evp(FILES));
    expect(faults).toEqual([]);
    expect(entries.map((entry) => entry.path)).toEqual(['README.txt', 'content/a.txt', 'content/b.bin', 'SEAL']);
    for (const entry of entries) expect(await wholeOf(entry.source, 10_000)).toEqual(FILES[entry.path as keyof typeof FILES]);
  });

  it('I-03: the bytes depend on paths and contents only', async () => {
    const shuffled = Object.fromEntries(Object.entries(FILES).toReversed());
    const zone = process.env.TZ;
    process.env.TZ = 'Pacific/Kiritimati';
    const elsewhere = await evp(shuffled);
    process.env.TZ = zone;
    expect(hexDigest('sha256', elsewhere)).toBe(hexDigest('sha256', await evp(FILES)));
    // Known answer: a change of the form would make old packages look re-zipped.
    expect(hexDigest('sha256', await evp(FILES))).toBe('5548b359675ba3ee43fd7bcf794e5e09092b5ebc32b4178327c772dc2528dbfe');
  });

  it('I-05: any set of paths and contents survives, and its bytes are accepted as canonical', async () => {
    const path = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,5}(\/[a-z0-9][a-z0-9._-]{0,5}){0,2}$/);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(path, fc.uint8Array({ maxLength: 40 }), { minKeys: 1, maxKeys: 8 }), async (files) => {
        const { entries, faults } = await read(await evp(files));
        expect(faults).toEqual([]);
        expect(entries.map((entry) => entry.path)).toEqual(Object.keys(files).sort());
      }),
      { seed: 20261122, numRuns: 100 },
    );
  });

  it('I-04: unzip and Python agree', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'evp-')), 'a.evp');
    writeFileSync(path, await evp(FILES));
    expect(execFileSync('unzip', ['-t', path]).toString()).toContain('No errors detected');
    expect(execFileSync('unzip', ['-p', path, 'content/a.txt']).toString()).toBe('alpha');
    const script = 'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print(z.testzip(),len(z.namelist()))';
    expect(execFileSync('python3', ['-c', script, path]).toString().trim()).toBe('None 4');
  });

  it('I-04: a file of more than 4 GiB is written with ZIP64 and read back, by Python too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evp64-'));
    const path = join(folder, 'large.evp');
    // A sparse file stands for the container: headers at their places, zeros between. CRC is not looked at by either reader here.
    const large = { path: 'content/large.bin', size: 0x1_0000_0010, crc32: 0x12345678 };
    const small = { path: 'content/small.txt', size: 5, crc32: 0x0d4a1185 };
    const first = localHeader(large);
    const second = localHeader(small);
    const secondAt = first.length + large.size;
    const directoryAt = secondAt + second.length + 5;
    const directory = joined(centralHeader(large, 0), centralHeader(small, secondAt));
    writeFileSync(path, first);
    truncateSync(path, secondAt);
    writeFileSync(path, joined(second, utf8('hello'), directory, endRecords(2, directory.length, directoryAt)), { flag: 'a' });
    const { entries, faults } = await readContainer(fileSource(path));
    expect(faults).toEqual([]);
    expect(entries.map(({ path: name, size }) => [name, size])).toEqual([
      ['content/large.bin', large.size],
      ['content/small.txt', 5],
    ]);
    const script =
      'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print([(i.filename,i.file_size,i.header_offset) for i in z.infolist()])';
    expect(execFileSync('python3', ['-c', script, path]).toString().trim()).toBe(
      `[('content/large.bin', ${large.size}, 0), ('content/small.txt', 5, ${secondAt})]`,
    );
    truncateSync(path, 0);
  });

  it('writes from files and refuses one that changed in between', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evp-'));
    const source = join(folder, 'source');
    writeFileSync(source, 'before');
    const survey = await surveyFiles([{ path: 'content/a.txt', source: fileSource(source) }]);
    const stream = createWriteStream(join(folder, 'out.evp'));
    await writeContainer(survey, streamOut(stream));
    await new Promise<void>((resolve) => stream.end(resolve));
    expect(new Uint8Array(readFileSync(join(folder, 'out.evp')))).toEqual(
      await containerBytes([{ path: 'content/a.txt', source: utf8('before') }]),
    );
    writeFileSync(source, 'after!');
    await expect(writeContainer(survey, () => undefined)).rejects.toThrow('changed while it was written');
  });

  it('refuses to write paths that the rules forbid', async () => {
    for (const path of [
      '../a',
      '/a',
      'A',
      'a/',
      'a//b',
      '.a',
      'a/../b',
      'a\\b',
      'a\u0000',
      'ä',
      '-a',
      `${'a/'.repeat(8)}a`,
      'a'.repeat(81),
    ]) {
      expect(isPackagePath(path)).toBe(false);
      await expect(evp({ [path]: utf8('x') })).rejects.toThrow('path not allowed');
    }
  });
});

describe('F16: containers that are not canonical', () => {
  const named = async (bytes: Uint8Array) => (await read(bytes)).faults.map((fault) => `${fault.code} ${fault.entry}`);
  const build = (paths: string[], make = localHeader, makeCentral = centralHeader) => {
    const entries = paths.map((path) => ({ path, size: 1, crc32: 0xe8b7be43 }));
    const locals = entries.map((entry) => joined(make(entry), utf8('a')));
    let at = 0;
    const offsets = locals.map((local) => (at += local.length) - local.length);
    const directory = joined(...entries.map((entry, i) => makeCentral(entry, offsets[i]!)));
    return joined(...locals, directory, endRecords(entries.length, directory.length, at));
  };

  it.each<[string, () => Promise<Uint8Array> | Uint8Array, RegExp]>([
    ['data before', async () => joined([0], await evp(FILES)), /./],
    ['data after', async () => joined(await evp(FILES), [0]), /CONTAINER_MALFORMED end record/],
    [
      'a comment',
      async () => joined(replaced(await evp(FILES), (await evp(FILES)).length - 2, 1), [65]),
      /CONTAINER_MALFORMED end record/,
    ],
    ['a duplicate name', () => build(['content/a', 'content/a']), /NOT_CANONICAL content\/a/],
    ['a case twin', () => build(['content/A', 'content/a']), /NOT_CANONICAL content\/A/],
    ['a way up', () => build(['../../etc/passwd']), /NOT_CANONICAL \.\.\/\.\.\/etc\/passwd/],
    ['an absolute path', () => build(['/etc/passwd']), /NOT_CANONICAL \/etc\/passwd/],
    ['another order', () => build(['content/b', 'content/a']), /NOT_CANONICAL content\/a/],
    ['SEAL not last', () => build(['SEAL', 'content/a']), /NOT_CANONICAL content\/a/],
    [
      'a link',
      () => build(['content/a'], localHeader, (e, o) => replaced(centralHeader(e, o), 38, 0, 0, 0xff, 0xa1)),
      /NOT_CANONICAL content\/a/,
    ],
    ['a data descriptor', () => build(['content/a'], (e) => replaced(localHeader(e), 6, 8)), /NOT_CANONICAL content\/a/],
    [
      'encryption',
      () =>
        build(
          ['content/a'],
          (e) => replaced(localHeader(e), 6, 1),
          (e, o) => replaced(centralHeader(e, o), 8, 1),
        ),
      /NOT_CANONICAL content\/a/,
    ],
    [
      'a time',
      () =>
        build(
          ['content/a'],
          (e) => replaced(localHeader(e), 10, 9),
          (e, o) => replaced(centralHeader(e, o), 12, 9),
        ),
      /NOT_CANONICAL content\/a/,
    ],
    [
      'local unlike central',
      () => build(['content/a'], (e) => localHeader({ ...e, path: 'content/b' })),
      /NOT_CANONICAL content\/a/,
    ],
    [
      'compression',
      () =>
        build(
          ['content/a'],
          (e) => replaced(localHeader(e), 8, 8),
          (e, o) => replaced(centralHeader(e, o), 10, 8),
        ),
      /NOT_CANONICAL content\/a/,
    ],
    [
      'a size that is a lie',
      () =>
        build(
          ['content/a'],
          (e) => localHeader({ ...e, size: 1000 }),
          (e, o) => centralHeader({ ...e, size: 1000 }, o),
        ),
      /NOT_CANONICAL content\/a/,
    ],
    [
      'a ZIP64 lie',
      () => build(['content/a'], localHeader, (e, o) => centralHeader({ ...e, size: 2 ** 40 }, o)),
      /NOT_CANONICAL content\/a/,
    ],
  ])('%s', async (_name, make, expected) => {
    expect((await named(await make())).join('\n')).toMatch(expected);
  });

  it('a million entries are refused at once, by number', async () => {
    const size = 1_000_000 * 46;
    const end = endRecords(0, size, 0);
    new DataView(end.buffer).setUint16(10, 65535, true);
    const source: ByteSource = {
      size: size + end.length,
      read: (offset, length) =>
        offset === size ? Promise.resolve(end.slice(0, length)) : Promise.reject(new Error('read the directory')),
    };
    expect((await readContainer(source)).faults).toMatchObject([{ code: 'LIMIT' }]);
  });

  it('F32: a re-zipped package tells the container, and gives no entries to misjudge', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evp-'));
    const script = [
      'import zipfile,sys',
      'a=zipfile.ZipFile(sys.argv[1]); b=zipfile.ZipFile(sys.argv[2],"w",zipfile.ZIP_DEFLATED)',
      '[b.writestr(n,a.read(n)) for n in a.namelist()]; b.close()',
    ].join('\n');
    writeFileSync(join(folder, 'a.evp'), await evp(FILES));
    execFileSync('python3', ['-c', script, 'a.evp', 'b.evp'], { cwd: folder });
    const { entries, faults } = await read(new Uint8Array(readFileSync(join(folder, 'b.evp'))));
    expect(entries).toEqual([]);
    expect(faults[0]).toMatchObject({ code: 'CONTAINER_NOT_CANONICAL', entry: 'README.txt' });
  });
});
