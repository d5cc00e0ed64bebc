import { isAllowedException, MAX_ADDRESS_BYTES, parseAllowedNet, refusalOfAddress, specialRangeOf } from './address';

describe('an address, by its form', () => {
  it.each([
    ['http://example.com/', null],
    ['https://例子.中国/店铺?a=1#b', null],
    [`http://example.com/${'a'.repeat(MAX_ADDRESS_BYTES - 19)}`, null],
    [`http://example.com/${'a'.repeat(MAX_ADDRESS_BYTES - 18)}`, 'addressTooLong'],
    [`http://example.com/${'字'.repeat(2_731)}`, 'addressTooLong'],
    ['example.com', 'addressMalformed'],
    ['http://', 'addressMalformed'],
    ['http://a b/', 'addressMalformed'],
    ['gopher://example.com/', 'schemeNotHttp'],
    ['data:text/html,x', 'schemeNotHttp'],
    ['https://user@example.com/', 'credentialsInAddress'],
    ['https://:pw@example.com/', 'credentialsInAddress'],
    ['https://@example.com/', 'credentialsInAddress'],
  ])('%s', (text, refusal) => expect(refusalOfAddress(text)).toBe(refusal));
});

describe('F23: ranges that are nobody’s public address', () => {
  // The IANA special-purpose registries, a first and a last address of each block, mapped, translated and tunnelled forms.
  it.each([
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.0.1',
    '169.254.169.254',
    '172.16.0.0',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.0.170',
    '192.0.2.1',
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
    '192.168.0.1',
    '192.175.48.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:2::1',
    '2001:3::1',
    '2001:4:112::1',
    '2001:10::1',
    '2001:20::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    '2620:4f:8000::1',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fdff::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '4000::1',
  ])('%s', (address) => expect(specialRangeOf(address)).toEqual(expect.any(String)));

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '198.17.255.255',
    '223.5.5.5',
    '2400:3200::1',
    '2606:4700::1111',
    '240e::1',
  ])('%s is public', (address) => expect(specialRangeOf(address)).toBeNull());
});

describe('private exceptions', () => {
  it.each([
    ['127.0.0.1/32:8080', '127.0.0.1', 8080, true],
    ['127.0.0.1/32:8080', '127.0.0.1', 8081, false],
    ['127.0.0.1/32:8080', '127.0.0.2', 8080, false],
    ['127.0.0.1', '127.0.0.1', 9, true],
    ['10.0.0.0/8', '10.9.8.7', 80, true],
    ['10.0.0.0/8', '::ffff:10.9.8.7', 80, true],
    ['10.0.0.0/8', '11.0.0.1', 80, false],
    ['[fd00::/8]:443', 'fd12::1', 443, true],
    ['[fd00::/8]:443', 'fd12::1', 80, false],
    ['::1/128', '::1', 80, true],
  ])('%s for %s port %i: %s', (net, address, port, allowed) =>
    expect(isAllowedException(address, port, [parseAllowedNet(net)])).toBe(allowed),
  );

  it.each(['', 'example.com', '10.0.0.0/33', '10.0.0.0/8:0', '10.0.0.0/8:70000', '10.0.0.0/8:x'])('%s is told at start', (text) =>
    expect(() => parseAllowedNet(text)).toThrow(TypeError),
  );
});
