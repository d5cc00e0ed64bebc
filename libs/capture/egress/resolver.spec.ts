import { FixtureDns } from '../testing/fixture-dns';
import { parseAllowedNet } from '../domain/address';
import { canonicalHost, EgressResolver, type ResolverSettings } from './resolver';

const now = () => new Date('2026-11-22T00:00:00.000Z');
const settings = (given: Partial<ResolverSettings> = {}): ResolverSettings => ({
  hosts: [],
  servers: [],
  ports: [80, 443],
  allowNet: [],
  ...given,
});

describe('names', () => {
  it.each([
    ['EXAMPLE.com.', 'example.com'],
    ['0x7f.1', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0177.0.0.01', '127.0.0.1'],
    ['[::FFFF:127.0.0.1]', '::ffff:7f00:1'],
    ['::1', '::1'],
    ['例子.中国', 'xn--fsqu00a.xn--fiqs8s'],
    ['a b', null],
    ['', null],
  ])('%s is read as %s', (host, canonical) => expect(canonicalHost(host)).toBe(canonical));

  it('of the table lead where the operator says, by the longest way of writing them', async () => {
    const resolver = new EgressResolver(settings({ hosts: ['*.test=127.0.0.1:3080', 'one.example=10.0.0.9'] }), now);
    expect(await resolver.resolve('shop.TEST', 80)).toEqual({ target: { address: '127.0.0.1', port: 3080 } });
    expect(await resolver.resolve('one.example', 443)).toEqual({ target: { address: '10.0.0.9', port: 443 } });
    expect(await resolver.resolve('test', 80)).not.toHaveProperty('target');
    expect(await resolver.resolve('127.0.0.1', 3080)).toEqual({ refused: 'address.loopback' });
  });
});

describe('answers', () => {
  let dns: FixtureDns;
  beforeAll(async () => {
    dns = await new FixtureDns({
      'public.example': () => ['203.0.114.7'],
      'mixed.example': () => ['10.0.0.1', '203.0.114.8'],
      'inside.example': () => ['192.168.1.1'],
      'rebind.example': (times) => (times === 1 ? ['203.0.114.9'] : ['127.0.0.1']),
    }).start();
  });
  afterAll(() => dns.stop());
  const resolver = (allow: string[] = []) =>
    new EgressResolver(settings({ servers: [dns.address], allowNet: allow.map(parseAllowedNet) }), now);

  it('are all checked, and only a checked one is used', async () => {
    const asked = resolver();
    expect(await asked.resolve('mixed.example', 80)).toEqual({ target: { address: '203.0.114.8', port: 80 } });
    expect(asked.records[0]).toMatchObject({
      name: 'mixed.example',
      answers: ['10.0.0.1', '203.0.114.8'],
      chosen: '203.0.114.8',
      refused: [{ address: '10.0.0.1', reason: 'address.private' }],
    });
  });

  it('that are inside are refused, unless that network was opened', async () => {
    expect(await resolver().resolve('inside.example', 80)).toEqual({ refused: 'address.private' });
    expect(await resolver(['192.168.1.0/24:80']).resolve('inside.example', 80)).toEqual({
      target: { address: '192.168.1.1', port: 80 },
    });
    expect(await resolver(['192.168.1.0/24:8080']).resolve('inside.example', 80)).toEqual({ refused: 'address.private' });
  });

  it('that change are refused from then on', async () => {
    const asked = resolver();
    expect(await asked.resolve('rebind.example', 80)).toHaveProperty('target.address', '203.0.114.9');
    expect(await asked.resolve('rebind.example', 80)).toEqual({ refused: 'address.loopback' });
  });

  it('to a public address are good for the web’s ports only', async () => {
    expect(await resolver().resolve('public.example', 25)).toEqual({ refused: 'port' });
  });

  it('that do not come are a failure, not a refusal', async () => {
    expect(await resolver().resolve('nobody.example', 80)).toEqual({ failed: 'nameNotResolved' });
  });
});

it('without resolvers of its own, every line of the record says that the machine answered', async () => {
  const asked = new EgressResolver(settings(), now);
  await asked.resolve('nowhere.invalid', 80);
  expect(asked.records).toEqual([
    expect.objectContaining({ type: 'system', ttl: null, resolver: expect.stringMatching(/hosts, nsswitch.*no DNS_SERVERS/) }),
  ]);
});
