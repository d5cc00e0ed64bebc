import { createHmac, randomUUID } from 'node:crypto';

export class Refused extends Error {
  constructor(method, path, status, body) {
    super(
      `${method} ${path} → ${status} ${body?.code ?? ''} ${body?.detail ?? body?.title ?? ''}${body ? `\n${JSON.stringify(body, null, 1).slice(0, 2000)}` : ''}`,
    );
    Object.assign(this, { status, code: body?.code, problem: body });
  }
}

/** One signed-in officer, over HTTP as a browser would do it: cookie, CSRF token, idempotency key, If-Match. */
export class Desk {
  #cookie = '';
  #csrf = '';

  constructor(origin, { account, password, totpSecret }) {
    Object.assign(this, { base: `${origin}/api/v1`, account, password, totpSecret });
  }

  async signIn() {
    const { officer, csrfToken } = await this.post('/session', { account: this.account, password: this.password });
    this.#csrf = csrfToken;
    this.officer = officer;
    return this;
  }

  get(path) {
    return this.ask('GET', path);
  }

  post(path, body, headers) {
    return this.ask('POST', path, body, headers);
  }

  patch(path, body, version) {
    return this.ask('PATCH', path, body, { 'if-match': `"${version}"` });
  }

  /** A sealing act: shows the second factor first, unless it was shown a moment ago. Its code follows the system's own, movable time. */
  async sealing(act) {
    const { now } = await this.get('/test/clock');
    const { secondFactorAt } = await this.get('/session');
    if (!secondFactorAt || new Date(now) - new Date(secondFactorAt) > 4 * 60_000) await this.#secondFactor(new Date(now));
    return act();
  }

  async #secondFactor(at) {
    const show = (time) => this.post('/session/second-factor', { code: totp(this.totpSecret, time) });
    const session = await show(at).catch(async (fault) => {
      if (fault.code !== 'officers.wrongSecondFactor') throw fault;
      // A code works once; the next one comes after half a minute, which here is made to pass.
      const { now } = await this.post('/test/clock', { advanceMs: 30_000 });
      return show(new Date(now));
    });
    this.#csrf = session.csrfToken ?? this.#csrf;
  }

  async bytes(path) {
    const answer = await this.#fetch('GET', path);
    if (!answer.ok) throw new Refused('GET', path, answer.status, null);
    return Buffer.from(await answer.arrayBuffer());
  }

  async ask(method, path, body, headers = {}) {
    const answer = await this.#fetch(method, path, body, headers);
    const text = await answer.text();
    const parsed = text && /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : null;
    if (!answer.ok) throw new Refused(method, path, answer.status, parsed);
    return parsed;
  }

  async #fetch(method, path, body, headers = {}) {
    const answer = await fetch(this.base + path, {
      method,
      headers: {
        'accept-language': 'zh-CN',
        ...(this.#cookie && { cookie: this.#cookie }),
        ...(this.#csrf && method !== 'GET' && { 'x-csrf-token': this.#csrf }),
        ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    for (const cookie of answer.headers.getSetCookie()) this.#cookie = cookie.split(';')[0];
    return answer;
  }
}

/** RFC 6238, six digits, 30 seconds, SHA-1: what every authenticator app does. */
export function totp(secretBase32, at) {
  const bits = [...secretBase32.replace(/=+$/, '').toUpperCase()]
    .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / 30_000)));
  const sum = createHmac('sha1', key).update(counter).digest();
  const offset = sum[19] & 15;
  return String((sum.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Asks until the answer fits; says what was seen last when it never does. */
export async function until(what, ask, fits, { timeoutMs = 60_000, everyMs = 400 } = {}) {
  let last;
  for (const end = Date.now() + timeoutMs; Date.now() < end; await new Promise((done) => setTimeout(done, everyMs))) {
    last = await ask();
    if (fits(last)) return last;
  }
  throw new Error(`${what} did not happen within ${timeoutMs / 1000} s; last seen: ${JSON.stringify(last).slice(0, 1500)}`);
}
