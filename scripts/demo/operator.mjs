import { Refused, until } from './client.mjs';

/** The operator's people: they get a mail, open its link, ask for a code that goes to a second person, and answer for their acts. */
export class Operator {
  #seen = new Set();

  constructor(portal, world, { executor, acknowledger }) {
    Object.assign(this, { portal, world, executor, acknowledger });
  }

  /** The link of the newest order that came by mail to the one who carries orders out. */
  async receive() {
    const [mail] = await until('a mail with the order', () => this.#unseen(this.executor, /\/o\/[\w-]+/), (mails) => mails.length > 0, { timeoutMs: 90_000 });
    this.#seen.add(mail.id);
    this.link = /https?:\/\/\S+\/o\/[\w-]+/.exec(mail.text)[0];
    this.token = this.link.split('/o/')[1];
    this.session = null;
    return this.link;
  }

  /** What mail scanners do: fetch the link again and again. It must change nothing. */
  async scan(times = 5) {
    for (let i = 0; i < times; i++) for (const method of ['GET', 'HEAD']) await fetch(this.link, { method });
    return (await this.#ask('GET', '')).number;
  }

  async enter() {
    await this.#ask('POST', '/codes');
    const [mail] = await until('a mail with the one-time code', async () => (await this.#unseen(this.acknowledger, /(?<!\d)\d{6}(?!\d)/)).concat(await this.#unseen(this.executor, /(?<!\d)\d{6}(?!\d)/)), (mails) => mails.length > 0, { timeoutMs: 90_000 });
    this.#seen.add(mail.id);
    const code = /(?<!\d)\d{6}(?!\d)/.exec(mail.text)[0];
    this.session = (await this.#ask('POST', '/session', { code })).session;
    return this.#ask('GET', '');
  }

  acknowledge() {
    return this.#ask('POST', '/acknowledgement', { name: '值班人员甲', role: '信息安全部' });
  }

  begin() {
    return this.#ask('POST', '/execution');
  }

  report(order, measure, doneAt) {
    const lines = order.addresses.map(({ no }) => ({ addressNo: no, result: 'done', measure, doneAt }));
    return this.#ask('POST', '/report', { by: { name: '值班人员甲', role: '信息安全部' }, ticket: 'T-0001', lines });
  }

  async paper() {
    const answer = await fetch(`${this.portal}/partner/v1/orders/${this.token}/document`, { headers: { authorization: `Bearer ${this.session}` } });
    return Buffer.from(await answer.arrayBuffer());
  }

  async #unseen(to, pattern) {
    return (await this.world.mails(to)).filter(({ id, text }) => !this.#seen.has(id) && pattern.test(text)).reverse();
  }

  async #ask(method, path, body) {
    const answer = await fetch(`${this.portal}/partner/v1/orders/${this.token}${path}`, {
      method,
      headers: { ...(body && { 'content-type': 'application/json' }), ...(this.session && { authorization: `Bearer ${this.session}` }) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    const parsed = text && /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : null;
    if (!answer.ok) throw new Refused(method, `/partner/v1/orders/…${path}`, answer.status, parsed);
    return parsed;
  }
}
