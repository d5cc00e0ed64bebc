import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { decode, encode } from 'dns-packet';

/** A resolver that answers each question for a name by calling its row with the number of times it was asked. TTL is zero. */
export class FixtureDns {
  private readonly socket: Socket = createSocket('udp4');
  private readonly asked = new Map<string, number>();

  constructor(private readonly names: Record<string, (times: number) => string[]>) {
    this.socket.on('message', (message, from) => {
      const query = decode(message);
      const question = query.questions?.[0];
      const name = question?.name.toLowerCase() ?? '';
      const found = question?.type === 'A' ? (this.names[name]?.(this.count(name)) ?? []) : [];
      const answers = found.map((data) => ({ type: 'A' as const, name, ttl: 0, data }));
      this.socket.send(
        encode({ type: 'response', id: query.id ?? 0, flags: 0x8180, questions: query.questions ?? [], answers }),
        from.port,
        from.address,
      );
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((done) => this.socket.bind(0, '127.0.0.1', done));
    return this;
  }

  get address(): string {
    return `127.0.0.1:${(this.socket.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.socket.close();
  }

  private count(name: string): number {
    const times = (this.asked.get(name) ?? 0) + 1;
    this.asked.set(name, times);
    return times;
  }
}
