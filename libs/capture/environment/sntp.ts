import { createSocket } from 'node:dgram';

export interface ClockReading {
  source: string;
  offsetMs: number;
  /** Half of the round trip: the true offset lies within ± this of the reading. */
  uncertaintyMs: number;
}

const EPOCH_1900 = 2_208_988_800;
const TIMEOUT_MS = 2_000;

/** One SNTP question (RFC 4330). Null when no usable answer came in time. */
export function askTime(server: string, now: () => number): Promise<ClockReading | null> {
  const [host = server, port = '123'] = server.split(':');
  return new Promise((done) => {
    const socket = createSocket('udp4');
    const question = Buffer.alloc(48);
    question[0] = 0x23;
    const sentAt = now();
    const started = performance.now();
    const nonce = Buffer.alloc(8);
    nonce.writeBigUInt64BE(BigInt(Math.floor(started * 1_000)) ^ 0x5bd1e995n);
    nonce.copy(question, 40);
    const end = (reading: ClockReading | null) => {
      clearTimeout(timer);
      socket.close();
      done(reading);
    };
    const timer = setTimeout(() => end(null), TIMEOUT_MS);
    socket.on('error', () => end(null));
    socket.on('message', (answer) => {
      const usable =
        answer.length >= 48 &&
        ((answer[0] as number) & 0x07) === 4 &&
        // 3 is "not synchronised" (RFC 5905 section 7.3); 1 and 2 announce a leap second and say nothing against the time.
        (answer[0] as number) >> 6 !== 3 &&
        answer[1] !== 0 &&
        answer.subarray(24, 32).equals(nonce);
      if (!usable) return end(null);
      const round = performance.now() - started;
      const theirs = (stampOf(answer, 32) + stampOf(answer, 40)) / 2;
      end({ source: server, offsetMs: Math.round(sentAt + round / 2 - theirs), uncertaintyMs: Math.ceil(round / 2) + 1 });
    });
    socket.send(question, Number(port), host, (error) => error && end(null));
  });
}

function stampOf(bytes: Buffer, at: number): number {
  return (bytes.readUInt32BE(at) - EPOCH_1900) * 1_000 + (bytes.readUInt32BE(at + 4) / 2 ** 32) * 1_000;
}
