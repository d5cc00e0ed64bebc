import { createSocket } from 'node:dgram';
import { decode, encode } from 'dns-packet';
import nodemailer from 'nodemailer';
import { request } from 'node:http';
import { connect } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { CERTIFICATE, KEY } from '../../../libs/capture/testing/fixture-certificate';
import { Internet, LOOK_ALIKE } from '.';
import { MEMBER } from './member-shop';

let internet: Internet;
beforeAll(async () => (internet = await Internet.start()));
afterAll(() => internet.close());
beforeEach(() => internet.world.reset());

const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148';

/** fetch() may not set Host, and no resolver of this machine knows these names. */
const visit = (address: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>((done, fail) => {
    const { host, pathname } = new URL(address);
    request({ port: internet.ports.http, path: pathname, headers: { host, ...headers } }, (answer) => {
      let text = '';
      answer
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => done({ status: answer.statusCode!, text, headers: answer.headers }));
    })
      .on('error', fail)
      .end();
  });

const put = async (path: string, body: unknown) =>
  (await fetch(`${internet.adminUrl}/${path}`, { method: 'PUT', body: JSON.stringify(body) })).status;

describe('sites', () => {
  it.each([
    ['shop-a.test/', 200, '青禾农产'],
    ['bare.test/', 200, '国家级养生配方'],
    ['mirror.test/', 200, '国家级养生配方'],
    ['parked.test/', 200, '域名停放'],
    ['seized.test/', 200, '依法处置'],
    ['platform.test/', 200, '万家集'],
    ['platform.test/shop/1', 200, '康元堂旗舰店'],
    [`${LOOK_ALIKE}/`, 200, '青禾农产'],
    ['shop-a.test/nothing', 404, '不存在'],
    ['unknown.test/', 404, 'no such site'],
  ])('%s answers %i and shows %s', async (address, status, words) => {
    const answer = await visit(`http://${address}`);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(words);
  });

  it.each(['style.css', 'shop.js', 'banner.svg', 'icon.svg', 'img/0.svg', 'item/0', 'api/recommend.json'])(
    'shops have %s, the ones in a platform too',
    async (path) => {
      expect((await visit(`http://shop-a.test/${path}`)).status).toBe(200);
      expect((await visit(`http://platform.test/shop/1/${path}`)).status).toBe(200);
    },
  );

  it('shows over TLS, on the same port, the chain that was put there for the host, and no host shows another one', async () => {
    const handshake = (name: string) =>
      new Promise<string>((done) => {
        const socket = connect({ port: internet.ports.http, host: '127.0.0.1', servername: name, rejectUnauthorized: false });
        let text = 'no handshake';
        socket.once('secureConnect', () => {
          text = `${socket.getPeerCertificate().subject.CN} `;
          socket.write(`GET / HTTP/1.1\r\nhost: ${name}\r\nconnection: close\r\n\r\n`);
        });
        socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        socket.once('end', () => done(text));
        socket.once('error', () => done(text));
      });
    expect(await put('certificates/shop-a.test', { cert: CERTIFICATE, key: KEY })).toBe(200);
    const shown = await handshake('shop-a.test');
    expect(shown).toContain('fixture.test');
    expect(shown).toContain('青禾农产');
    expect(await handshake('bare.test')).toBe('no handshake');
    expect((await visit('http://shop-a.test/')).status).toBe(200);
  });

  it('member.test shows its prices only to who signs in with password and code', async () => {
    const asked = (path: string, body?: string, cookie = '') =>
      new Promise<{ status: number; text: string; cookie: string }>((done, fail) => {
        const headers = { host: 'member.test', ...(cookie && { cookie }) };
        request({ port: internet.ports.http, method: body === undefined ? 'GET' : 'POST', path, headers }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () =>
            done({
              status: answer.statusCode!,
              text: gunzipSync(Buffer.concat(chunks)).toString('utf8'),
              cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '',
            }),
          );
        })
          .on('error', fail)
          .end(body);
      });
    const form = (changes: object) =>
      new URLSearchParams({
        account: MEMBER.account,
        password: MEMBER.password,
        sms_code: MEMBER.smsCode,
        ...changes,
      }).toString();
    expect((await asked('/member')).text).toContain('会员登录');
    expect(await asked('/login', form({ password: 'x' }))).toMatchObject({ status: 303, cookie: '' });
    const { cookie } = await asked('/login', form({}));
    expect((await asked('/member', undefined, cookie)).text).toContain('¥158.00');
    expect((await asked('/member', undefined, 'sid=guessed')).text).not.toContain('¥158.00');
  });

  it('cloak.test hides from desktop browsers only', async () => {
    expect((await visit('http://cloak.test/')).status).toBe(404);
    expect((await visit('http://cloak.test/', { 'user-agent': PHONE })).text).toContain('潮流衣橱');
  });

  it('nohdr.test asks browsers to send no referrer', async () => {
    expect((await visit('http://nohdr.test/')).headers['referrer-policy']).toBe('no-referrer');
  });

  it('copies show the badge of the shop that they copy', async () => {
    await put('hosts/shop-a.test', { badgeHtml: '<img alt="电子标识" src="/badge-of-a.svg">' });
    for (const host of ['shop-a.test', 'copy.test', LOOK_ALIKE])
      expect((await visit(`http://${host}/`)).text).toContain('badge-of-a.svg');
    expect((await visit('http://bare.test/')).text).not.toContain('badge-of-a.svg');
  });
});

describe('switches', () => {
  it.each([
    ['closed', 410],
    ['suspended', 503],
    ['notFound', 404],
    ['open', 200],
  ])('mode %s answers %i', async (mode, status) => {
    expect(await put('hosts/bare.test', { mode })).toBe(200);
    expect((await visit('http://bare.test/')).status).toBe(status);
  });

  it('mode gone hangs up', async () => {
    await put('hosts/bare.test', { mode: 'gone' });
    await expect(visit('http://bare.test/')).rejects.toThrow(/hang up|ECONNRESET/);
  });

  it('refuses a mode that is none', async () => expect(await put('hosts/bare.test', { mode: 'asleep' })).toBe(422));

  it('one shop of the platform closes alone', async () => {
    await put('hosts/platform.test%2Fshop%2F1', { mode: 'closed' });
    expect((await visit('http://platform.test/shop/1')).status).toBe(410);
    expect((await visit('http://platform.test/shop/2')).status).toBe(200);
  });

  it('serves a well-known file, and the test can take it away again', async () => {
    const path = '/.well-known/market-supervision/abc.txt';
    await put('hosts/shop-a.test', { files: { [path]: 'token-1' } });
    expect((await visit(`http://shop-a.test${path}`)).text).toBe('token-1');
    await put('hosts/shop-a.test', { files: { [path]: null } });
    expect((await visit(`http://shop-a.test${path}`)).status).toBe(404);
  });

  it('keeps a log of visits per site', async () => {
    await visit('http://shop-a.test/item/1', { 'user-agent': PHONE });
    const visits = (await (await fetch(`${internet.adminUrl}/hosts/shop-a.test/visits`)).json()) as {
      path: string;
      userAgent: string;
    }[];
    expect(visits).toMatchObject([{ path: '/item/1', userAgent: PHONE, status: 200 }]);
  });

  it('is not reachable under a name of that world', async () => {
    expect((await visit('http://bare.test/__admin/hosts')).status).toBe(404);
  });
});

it('resolves *.test to loopback and answers TXT records set by their owner', async () => {
  await put('names/_proof.shop-a.test', { txt: ['market-supervision=abc'] });
  expect(await ask('shop-a.test', 'A')).toEqual(['127.0.0.1']);
  expect(await ask('_proof.shop-a.test', 'TXT')).toEqual(['market-supervision=abc']);
  expect(await ask('shop-a.test', 'TXT')).toEqual([]);
  expect(await ask('example.org', 'A')).toBe('NXDOMAIN');
});

it('takes mail for everybody and decodes it', async () => {
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: internet.ports.smtp, secure: false });
  await transport.sendMail({
    from: '"市场监督管理局" <no-reply@supervision.test>',
    to: 'duty@operator.test',
    subject: '暂停服务通知书（第 3 号）',
    text: '请于二十四小时内办理：http://127.0.0.1:3001/o/abc',
    html: '<p>请于二十四小时内办理</p>',
  });
  const mails = (await (await fetch(`${internet.adminUrl}/mails?to=duty@operator.test`)).json()) as {
    subject: string;
    text: string;
  }[];
  expect(mails).toMatchObject([
    { subject: '暂停服务通知书（第 3 号）', text: expect.stringContaining('二十四小时内办理：http://127.0.0.1:3001/o/abc') },
  ]);
  expect((await visit('http://operator.test/')).text).toContain('暂停服务通知书（第 3 号）');
});

function ask(name: string, type: 'A' | 'TXT'): Promise<string[] | string> {
  return new Promise((done) => {
    const socket = createSocket('udp4');
    socket.on('message', (message) => {
      const { answers = [], flags = 0 } = decode(message);
      socket.close();
      done((flags & 15) === 3 ? 'NXDOMAIN' : answers.map((answer) => ('data' in answer ? String(answer.data) : '')));
    });
    socket.send(encode({ type: 'query', id: 7, questions: [{ name, type }] }), internet.ports.dns, '127.0.0.1');
  });
}
