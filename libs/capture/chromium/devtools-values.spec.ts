import { bytesOfText, refusalIn } from './devtools-values';

it('gets back the bytes of a text that was read as UTF-8 or as windows-1252', () => {
  const bytes = Buffer.from('第 1 批 €', 'utf8');
  expect(bytesOfText(bytes.toString('utf8'), bytes.length)).toEqual(bytes);
  const every = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
  expect(bytesOfText(new TextDecoder('windows-1252').decode(every), 256)).toEqual(every);
});

it('says so when they cannot be had back', () => {
  expect(bytesOfText(new TextDecoder('gbk').decode(Buffer.from([0xc4, 0xe3, 0xba, 0xc3])), 4)).toBeNull();
});

it('knows our own refusal by the secret of the job alone', () => {
  expect(refusalIn([['X-Egress-Refusal', 'abc 7']], 'abc')).toBe('7');
  expect(refusalIn([['X-Egress-Refusal', 'guess 7']], 'abc')).toBeNull();
  expect(refusalIn([['Server', 'abc 7']], 'abc')).toBeNull();
});
