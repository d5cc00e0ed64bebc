import { hostOfUrl, readDomain, skeletonOf, type Host } from './domain-name';
import { hasFormat, isIcpNumber, type NumberFormat } from './number-formats';
import data from './number-formats.json';
import { carrierKinds, mayLackUscc, statusName, subjectKinds, subjectTypes } from './subject-types';

const host = (input: string) => readDomain(input) as Host;

describe('numbers on sites and documents', () => {
  const formats = Object.entries(data.formats) as [NumberFormat, { valid: string[]; invalid: string[] }][];
  it.each(formats.flatMap(([name, { valid }]) => valid.map((text) => [name, text] as const)))('%s accepts %s', (name, text) =>
    expect(hasFormat(name, text)).toBe(true),
  );
  it.each(formats.flatMap(([name, { invalid }]) => invalid.map((text) => [name, text] as const)))('%s refuses %s', (name, text) =>
    expect(hasFormat(name, text)).toBe(false),
  );
  it.each(['粤ICP备17035367号-1', '京ICP证030247号', '浙B2-20080101'])('%s answers for the ICP item', (text) =>
    expect(isIcpNumber(text)).toBe(true),
  );
});

describe('domain names', () => {
  it.each(data.domains.vectors)('reads $input as $ascii', ({ input, ascii }) => expect(host(input).ascii).toBe(ascii));
  it('flags the label that mixes scripts', () => {
    expect(host('аpple.com').mixedScripts).toBe(true);
    expect(host('apple.com').mixedScripts).toBe(false);
    expect(host('交城taobao.中国').mixedScripts).toBe(false);
  });
  it.each([
    ['аpple.com', 'apple.com'],
    ['shop-а.test', 'shop-a.test'],
    ['xn--shop--v6d.test'.replace('xn--shop--v6d', 'shорping'), 'shopping.test'],
    ['paypa1.com', 'paypal.com'],
    ['rnarket.cn', 'market.cn'],
    ['café.cn', 'cafe.cn'],
  ])('sees that %s looks like %s', (fake, real) => expect(host(fake).skeleton).toBe(skeletonOf(real)));
  it.each([
    ['', 'empty'],
    ['192.168.0.1', 'ipAddress'],
    ['0x7f.1', 'ipAddress'],
    ['-a.cn', 'hyphen'],
    ['localhost', 'notADomain'],
    ['a b.cn', 'notADomain'],
    ['user@a.cn', 'notADomain'],
    ['a..cn', 'notADomain'],
    [`${'a'.repeat(64)}.cn`, 'labelTooLong'],
    [`${'abcdefgh.'.repeat(29)}cn`, 'nameTooLong'],
  ])('refuses %j as %s', (input, fault) => expect(readDomain(input)).toBe(fault));
  it('takes the host of a web address only', () => {
    expect(hostOfUrl('http://Shop-A.test:8080/x?y')?.ascii).toBe('shop-a.test');
    for (const url of ['ftp://a.test/', 'javascript:alert(1)', 'http://127.0.0.1/', 'nonsense']) expect(hostOfUrl(url)).toBeNull();
  });
});

describe('code lists', () => {
  it('hold the kinds the handbook names, each list without a double', () => {
    for (const list of [subjectKinds, carrierKinds]) expect(new Set(list).size).toBe(list.length);
    expect(subjectKinds).toContain('enterprise');
    expect(mayLackUscc('enterprise')).toBe(false);
    expect(mayLackUscc('unregistered-suspect')).toBe(true);
    expect(statusName('3')).toEqual({ zh: '吊销', en: 'licence revoked' });
  });
  it('keep their marks, so that nothing unread passes for law', () => {
    for (const list of [subjectTypes.usccDepartment, subjectTypes.enterpriseTypes.items, subjectTypes.registrationStatus])
      for (const { mark } of list) expect(['F', 'F2', 'K', 'I']).toContain(mark);
    expect(subjectTypes.enterpriseTypes.items.find(({ code }) => code === '9500')?.mark).toBe('K');
  });
});
