import { Refused, until } from './client.mjs';

const LINK = /https?:\/\/\S+\/o\/[\w-]+/;
const CODE = /^\d{6}$/m;

/** The operator's people: they get a mail, open its link, ask for a code that goes to a second person, and answer for their acts. */
export class Operator {
  /** Mails up to this one were dealt with, by us or in an earlier demonstration on the same system. */
  #last = 0;

  constructor(portal, world, people) {
    Object.assign(this, { portal, world, people });
  }

  async tidyMailbox() {
    this.#last = Math.max(0, ...(await this.world.mails('')).map(({ id }) => id));
  }

  /** The link of the order that came by mail. */
  async receive(number) {
    this.number = number;
    const mail = await this.#nextMail(`a mail with ${number}`, LINK);
    this.link = LINK.exec(mail.text)[0];
    this.token = this.link.split('/o/')[1];
    this.session = null;
  }

  /** What mail scanners do: fetch the link again and again. It must change nothing. */
  async scan(times = 5) {
    for (let i = 0; i < times; i++) for (const method of ['GET', 'HEAD']) await fetch(this.link, { method });
    return (await this.#ask('GET', '')).number;
  }

  async enter() {
    await this.#ask('POST', '/codes');
    const mail = await this.#nextMail('a mail with the one-time code', CODE);
    this.session = (await this.#ask('POST', '/session', { code: CODE.exec(mail.text)[0] })).session;
    return this.#ask('GET', '');
  }

  acknowledge() {
    return this.#ask('POST', '/acknowledgement', { name: '值班人员甲', role: '信息安全部' });
  }

  report(order, measure, doneAt) {
    const lines = order.addresses.map(({ no }) => ({ addressNo: no, result: 'done', measure, doneAt }));
    return this.#ask('POST', '/report', { by: { name: '值班人员甲', role: '信息安全部' }, ticket: 'T-0001', lines });
  }

  async paper() {
    const answer = await fetch(`${this.portal}/partner/v1/orders/${this.token}/document`, {
      headers: { authorization: `Bearer ${this.session}` },
    });
    return Buffer.from(await answer.arrayBuffer());
  }

  async #nextMail(what, pattern) {
    const look = async () => {
      const mails = (await Promise.all(this.people.map((to) => this.world.mails(to)))).flat();
      return mails
        .filter(({ id, subject, text }) => id > this.#last && subject.includes(this.number) && pattern.test(text))
        .sort((a, b) => a.id - b.id);
    };
    const [mail] = await until(what, look, (mails) => mails.length > 0, { timeoutMs: 90_000 });
    this.#last = mail.id;
    return mail;
  }

  async #ask(method, path, body) {
    const answer = await fetch(`${this.portal}/partner/v1/orders/${this.token}${path}`, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(this.session && { authorization: `Bearer ${this.session}` }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    const parsed = text && /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : null;
    if (!answer.ok) throw new Refused(method, `/partner/v1/orders/…${path}`, answer.status, parsed);
    return parsed;
  }
}
