import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { probe } from './probe';

/** A server that tells what it was asked, reached by a name of the table. */
describe('a question to an address that others name', () => {
  let server: Server;
  let answered = 0;
  const rules = () => ({
    hosts: [`answers.test=127.0.0.1:${(server.address() as AddressInfo).port}`],
    servers: [],
    ports: [80, 443],
    allowNet: [],
  });
  const now = () => new Date('2026-11-22T00:00:00.000Z');
  beforeAll(async () => {
    server = createServer((message, reply) => {
      answered += 1;
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        if (message.url === '/giant') return void reply.end(Buffer.alloc(1_000_000));
        const { 'content-type': type = null, 'content-length': length = null } = message.headers;
        reply.end(JSON.stringify({ method: message.method, type, length, body: Buffer.concat(chunks).toString('hex') }));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => new Promise((done) => server.close(done)));
  const ask = (path: string, post?: { type: string; bodyBase64: string }, host = 'answers.test') =>
    probe({ url: `http://${host}${path}`, maxBytes: 1_000, timeoutMs: 10_000, ...(post && { post }) }, rules(), now);
  const question = { type: 'application/ocsp-request', bodyBase64: Buffer.from('3003', 'hex').toString('base64') };

  it('is a GET without a body, and with one a POST of exactly these bytes', async () => {
    const told = async (post?: typeof question) => JSON.parse(Buffer.from((await ask('/', post)).bodyBase64, 'base64').toString()) as object; // prettier-ignore
    expect(await told()).toEqual({ method: 'GET', type: null, length: null, body: '' });
    expect(await told(question)).toEqual({ method: 'POST', type: 'application/ocsp-request', length: '2', body: '3003' });
  });

  it('takes no more of the answer than was allowed', async () => {
    const { status, bodyBase64 } = await ask('/giant', question);
    expect([status, Buffer.from(bodyBase64, 'base64').length]).toEqual([200, 1_000]);
  });

  it('F23: is not posted into a private network either', async () => {
    const before = answered;
    expect(await ask('/', question, '127.0.0.1')).toMatchObject({ status: 0, refused: 'address.loopback' });
    expect(await ask('/', question, '169.254.169.254')).toMatchObject({ status: 0, refused: expect.any(String) });
    expect(answered).toBe(before);
  });
});
