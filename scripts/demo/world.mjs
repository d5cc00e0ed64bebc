/** The outside world's switch-board, and the operator's side of an order. */
export class World {
  constructor(address) {
    this.admin = `${address}/__admin`;
  }

  async set(host, change) {
    return this.#ask('PUT', `/hosts/${encodeURIComponent(host)}`, change);
  }

  async mails(to) {
    return this.#ask('GET', `/mails?to=${encodeURIComponent(to)}`);
  }

  async #ask(method, path, body) {
    const answer = await fetch(this.admin + path, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path} → ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
