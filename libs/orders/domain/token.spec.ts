import { codeHash, hashOf, newCode, newToken, sameHash, TOKEN } from './token';

it('AC-OPR-1.4 keeps a digest and never the token', () => {
  const { clear, hash } = newToken();
  expect(clear).toMatch(TOKEN);
  expect(hash).toBe(hashOf(clear));
  expect(hash).not.toContain(clear);
  expect(newToken().clear).not.toBe(clear);
});

it('a code opens only the link that it was made for', () => {
  const { clear, hash } = newCode('link-1');
  expect(clear).toMatch(/^\d{6}$/);
  expect(sameHash(codeHash('link-1', clear), hash)).toBe(true);
  expect(sameHash(codeHash('link-2', clear), hash)).toBe(false);
});
