import { type Socket, createSocket } from 'node:dgram';
import { type Packet, type Question, decode, encode } from 'dns-packet';
import type { World } from './world';

/** Name server for *.test: A is loopback unless set by hand, TXT is what the owner of a name has put there. */
export class Names {
  private readonly socket: Socket = createSocket('udp4');

  constructor(private readonly world: World) {
    this.socket.on('message', (message, from) => {
      try {
        const answer = this.answer(decode(message));
        if (answer) this.socket.send(answer, from.port, from.address);
      } catch {
        // not a question that can be read: a name server says nothing to that
      }
    });
  }

  listen(port: number): Promise<number> {
    return new Promise((done, fail) => {
      this.socket.once('error', fail);
      this.socket.bind(port, '127.0.0.1', () => done(this.socket.address().port));
    });
  }

  close(): Promise<void> {
    return new Promise((done) => this.socket.close(() => done()));
  }

  private answer(query: Packet): Buffer | null {
    const question = query.questions?.[0];
    if (!question) return null;
    const record = this.world.records.get(question.name.toLowerCase());
    if (record?.fails === 'silent') return null;
    const base = { id: query.id, type: 'response' as const, questions: [question] };
    const REFUSED = { servfail: 2, nxdomain: 3 };
    if (record?.fails === 'servfail') return encode({ ...base, flags: 0x8180 | REFUSED.servfail });
    const answers = this.recordsFor(question);
    return encode({ ...base, flags: answers ? 0x8580 : 0x8580 | REFUSED.nxdomain, answers: answers ?? [] });
  }

  private recordsFor({ name, type }: Question): Packet['answers'] | null {
    const record = this.world.records.get(name.toLowerCase());
    const known = record !== undefined || /\.test$/i.test(name);
    if (!known) return null;
    if (type === 'TXT') return (record?.txt ?? []).map((data) => ({ type, name, ttl: 5, data: [data] }));
    if (type === 'A') return (record?.a ?? ['127.0.0.1']).map((data) => ({ type, name, ttl: 5, data }));
    return [];
  }
}
