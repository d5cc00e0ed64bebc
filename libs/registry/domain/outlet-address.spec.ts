import { readAddress } from './outlet-address';

it('keeps domain and address in their plain forms', () =>
  expect(readAddress('Shop-A.test.', 'HTTP://Shop-A.TEST:80/a?b=1#c')).toMatchObject({
    host: { ascii: 'shop-a.test' },
    url: 'http://shop-a.test/a?b=1',
  }));

it('takes a Chinese domain', () =>
  expect(readAddress('交城骏枣.中国', 'https://交城骏枣.中国/')).toMatchObject({
    host: { ascii: 'xn--tlq46to9m2t3c.xn--fiqs8s', unicode: '交城骏枣.中国' },
    url: 'https://xn--tlq46to9m2t3c.xn--fiqs8s/',
  }));

it('takes a page below the filed domain', () =>
  expect(readAddress('shop-a.test', 'https://m.shop-a.test/x')).toMatchObject({ url: 'https://m.shop-a.test/x' }));

it.each([
  ['shop-a.test', 'ftp://shop-a.test/', { field: 'url', reason: 'notHttp' }],
  ['shop-a.test', 'shop-a.test', { field: 'url', reason: 'notHttp' }],
  ['shop-a.test', 'javascript:alert(1)//shop-a.test', { field: 'url', reason: 'notHttp' }],
  ['shop-a.test', 'http://u:p@shop-a.test/', { field: 'url', reason: 'credentials' }],
  ['shop-a.test', 'http://shop-a.test.evil.test/', { field: 'url', reason: 'otherHost' }],
  ['shop-a.test', 'http://notshop-a.test/', { field: 'url', reason: 'otherHost' }],
  ['shop-a.test', 'http://127.0.0.1/', { field: 'url', reason: 'otherHost' }],
  ['shop-a.test', `http://shop-a.test/${'a'.repeat(8192)}`, { field: 'url', reason: 'tooLong' }],
  ['192.0.2.1', 'http://192.0.2.1/', { field: 'domain', reason: 'ipAddress' }],
])('refuses %s with %.40s', (domain, url, fault) => expect(readAddress(domain, url)).toEqual(fault));
