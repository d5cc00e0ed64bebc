import { PNG } from 'pngjs';
import { exchangeDifference } from './exchange-diff';
import { pictureDifference } from './picture-diff';
import { textDifference, type TextPart } from './text-diff';

const picture = (width: number, height: number, paint: [x: number, y: number][] = [], colorType: 2 | 6 = 6) => {
  const png = new PNG({ width, height });
  png.data.fill(255);
  for (const [x, y] of paint) png.data[(y * width + x) * 4] = 0;
  return PNG.sync.write(png, { colorType });
};
const textOf = (parts: TextPart[] | null, without: TextPart['kind']) =>
  (parts ?? [])
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => text)
    .join('');

describe('AC-LEG-2.1 text', () => {
  it('tells Chinese words that were added and removed, and both texts can be read back from the answer', async () => {
    const [before, after] = ['本店公示营业执照信息\n国家级养生配方\n', '本店公示营业执照信息\n传统养生配方\n新品上架\n'];
    const { parts } = await textDifference(before, after);
    expect(textOf(parts, 'added')).toBe(before);
    expect(textOf(parts, 'removed')).toBe(after);
    expect(parts).toContainEqual({ kind: 'added', text: '传统' });
    expect(parts?.find(({ kind }) => kind === 'removed')?.text).toBe('国家级');
  });

  it('gives the changes up, not the answer, when there are too many of them, and lets others run meanwhile', async () => {
    const lines = (word: string) => Array.from({ length: 4_000 }, (_, i) => `${word}${i}\n`).join('');
    let others = 0;
    const timer = setInterval(() => (others += 1), 1);
    const found = await textDifference(lines('a'), lines('b'));
    clearInterval(timer);
    expect(found.parts).toBeNull();
    expect(others).toBeGreaterThan(10);
  });

  it('cuts long stretches without change', async () => {
    const long = Array.from({ length: 500 }, (_, i) => `line ${i}\n`);
    const { parts } = await textDifference([...long, 'old\n', ...long].join(''), [...long, 'new\n', ...long].join(''));
    expect(textOf(parts, 'added').length).toBeLessThan(200);
  });
});

describe('AC-LEG-2.1 pictures', () => {
  it.each([2, 6] as const)('tells changed regions as boxes (colour type %d)', async (colorType) => {
    const before = picture(300, 200, [], colorType);
    const after = picture(300, 200, [[5, 5], [40, 40], [290, 190]], colorType); // prettier-ignore
    expect(await pictureDifference(before, after)).toMatchObject({
      result: 'different',
      changedPixels: 3,
      boxes: [
        { x: 0, y: 0, width: 64, height: 64 },
        { x: 288, y: 160, width: 12, height: 32 },
      ],
    });
  });

  it('is the same when the pixels are, however they were packed', async () => {
    const [plain, filtered] = [
      PNG.sync.write(PNG.sync.read(picture(64, 64, [[3, 3]])), { filterType: 0 }),
      PNG.sync.write(PNG.sync.read(picture(64, 64, [[3, 3]])), { filterType: 4, deflateLevel: 1 }),
    ];
    expect(plain.equals(filtered)).toBe(false);
    expect(await pictureDifference(plain, filtered)).toEqual({ result: 'same', boxes: [] });
  });

  it('counts what only one of them has', async () => {
    expect(await pictureDifference(picture(64, 64), picture(64, 96))).toMatchObject({
      result: 'different',
      changedPixels: 64 * 32,
      boxes: [{ x: 0, y: 64, width: 64, height: 32 }],
    });
  });

  it.each([
    ['no picture', Buffer.from('<svg onload=alert(1)>')],
    ['a cut one', picture(64, 64, [[1, 1]]).subarray(0, 60)],
    ['one with a damaged stream', Buffer.concat([picture(64, 64).subarray(0, 45), Buffer.alloc(80, 7)])],
  ])('says unknown, not same, for %s', async (_what, other) => {
    expect(await pictureDifference(picture(64, 64), other)).toEqual({ result: 'unknown', reason: 'notReadable' });
  });

  it('does not unpack what is larger than its limit', async () => {
    const bomb = Buffer.from(picture(8, 8));
    bomb.writeUInt32BE(1_000_000, 16);
    bomb.writeUInt32BE(1_000_000, 20);
    expect(await pictureDifference(picture(8, 8), bomb)).toEqual({ result: 'unknown', reason: 'tooLarge' });
  });
});

describe('exchanges', () => {
  const line = (url: string, changes: object = {}) => ({
    url, method: 'GET', status: 200, ip: '192.0.2.1', sha256: 'aa', outcome: 'ok', ...changes,
  }); // prettier-ignore

  it('tells added, removed and otherwise answered requests; the n-th of an address answers to the n-th', () => {
    expect(
      exchangeDifference([line('/a'), line('/b'), line('/p'), line('/p')], [line('/a', { sha256: 'bb', ip: '192.0.2.2' }), line('/p'), line('/c')]),
    ).toEqual([
      {
        kind: 'changed', method: 'GET', url: '/a',
        fields: [{ field: 'ip', before: '192.0.2.1', after: '192.0.2.2' }, { field: 'sha256', before: 'aa', after: 'bb' }],
      }, // prettier-ignore
      { kind: 'added', method: 'GET', url: '/c', fields: [] },
      { kind: 'removed', method: 'GET', url: '/b', fields: [] },
      { kind: 'removed', method: 'GET', url: '/p', fields: [] },
    ]); // prettier-ignore
  });

  it('is empty when nothing changed', () => expect(exchangeDifference([line('/a')], [line('/a')])).toEqual([]));
});
