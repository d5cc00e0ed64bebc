import { randomInt } from 'node:crypto';
import { CODE_ALPHABET, newBadgeCode, readBadgeCode } from './badge-code';

const codes = Array.from({ length: 300 }, () => newBadgeCode('141122', 2026, randomInt));

it('has the form division-year-six random characters and a check character', () => {
  for (const code of codes) {
    expect(code).toMatch(/^141122-26-[34679ACDEFGHJKMNPQRTWXY]{7}$/);
    expect(readBadgeCode(code)).toEqual({ code });
  }
  expect(new Set(codes).size).toBe(codes.length);
});

it('uses no character that is taken for another', () => expect(CODE_ALPHABET).not.toMatch(/[0O1IL2Z5S8BUV]/));

it('forgives case, spaces, width and missing hyphens', () => {
  const code = codes[0]!;
  for (const typed of [code.toLowerCase(), code.replaceAll('-', ''), ` ${code} `, code.replace('-', ' - ').replaceAll(' ', '')])
    expect(readBadgeCode(typed)).toEqual({ code });
  const wide = [...code].map((c) => String.fromCodePoint(c.codePointAt(0)! + 0xfee0)).join('');
  expect(readBadgeCode(wide)).toEqual({ code });
});

it('finds every single wrong character', () => {
  for (const code of codes.slice(0, 40))
    for (let i = 0; i < code.length; i += 1) {
      if (code[i] === '-') continue;
      const alphabet = i < 9 ? '0123456789' : CODE_ALPHABET;
      for (const other of alphabet)
        if (other !== code[i]) expect(readBadgeCode(code.slice(0, i) + other + code.slice(i + 1))).toEqual({ fault: 'check' });
    }
});

it('finds every swap of neighbours', () => {
  for (const code of codes)
    for (let i = 10; i < code.length - 1; i += 1)
      if (code[i] !== code[i + 1])
        expect(readBadgeCode(code.slice(0, i) + code[i + 1] + code[i] + code.slice(i + 2))).toEqual({ fault: 'check' });
});

it.each(['', '7QK4M9T', '141122-26-7QK4M9', '141122-26-7QK4M9TT', "141122-26-7QK4M9'", '<script>', '141122-26-OQK4M9T'])(
  'refuses %j by its form',
  (typed) => expect(readBadgeCode(typed)).toEqual({ fault: 'form' }),
);
