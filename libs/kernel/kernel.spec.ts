import {
  canonicalJson,
  defineProblems,
  faultsOf,
  FixedClock,
  instantOfLocal,
  law,
  localDate,
  Problem,
  refusal,
  stateTable,
} from '.';

describe('canonicalJson (RFC 8785)', () => {
  it.each([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    // The key order example of RFC 8785 section 3.2.3.
    [
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    ],
    [-0, '0'],
    ['\u001f"\\/', '"\\u001f\\"\\\\/"'],
  ])('prints %j', (value, text) => expect(canonicalJson(value)).toBe(text));

  it.each([[1.5], [2 ** 53], [NaN], [undefined], ['\ud800'], [{ '\udc00': 1 }], [new Date(0)], [[undefined]]])(
    'refuses %p',
    (value) => expect(() => canonicalJson(value)).toThrow(TypeError),
  );
});

describe('stateTable', () => {
  const row = { requires: 'x:do', basis: law('程序规定', 18) };
  const sound = { name: 't', initial: 'a', final: ['b'], rows: [{ from: 'a', action: 'go', to: 'b', ...row }] };

  it('moves along rows only', () => {
    const table = stateTable(sound);
    expect(table.move('a', 'go')?.to).toBe('b');
    expect(table.move('b', 'go')).toBeNull();
  });

  it.each([
    ['two rows', [...sound.rows, ...sound.rows], 'two rows'],
    ['nobody', [{ ...sound.rows[0]!, requires: '' }], 'nobody'],
    ['an island', [...sound.rows, { from: 'c', action: 'go', to: 'b', ...row }], 'c cannot be reached'],
    ['a dead end', [...sound.rows, { from: 'a', action: 'stray', to: 'd', ...row }], 'd has no way out'],
  ])('refuses a table with %s', (_what, rows, fault) => {
    expect(faultsOf({ ...sound, rows }).join()).toContain(fault);
    expect(() => stateTable({ ...sound, rows })).toThrow(fault);
  });
});

it('makes problems that carry code, status and details', () => {
  const P = defineProblems('room', { gone: refusal<{ id: string }>({ status: 404, title: 'Gone', zh: '没有' }) });
  const problem = P.gone({ id: '7' });
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ code: 'room.gone', status: 404, zh: '没有', details: { id: '7' } });
});

it('tells days in Shanghai', () => {
  expect(localDate(new Date('2026-11-22T16:00:00Z'))).toBe('2026-11-23');
  expect(instantOfLocal('2026-11-23').toISOString()).toBe('2026-11-22T16:00:00.000Z');
  const clock = new FixedClock();
  const before = clock.now();
  clock.advance(1000);
  expect(clock.now().getTime() - before.getTime()).toBe(1000);
});
