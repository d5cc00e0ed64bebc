import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/** An SNTP server whose clock is off by what `offset` says at each question. */
export async function timeServer(offset: (question: number) => number, leap = 0) {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (question, from) => {
    const answer = Buffer.alloc(48);
    answer[0] = (leap << 6) | 0x24;
    answer[1] = 2;
    question.copy(answer, 24, 40, 48);
    const ms = Date.now() + offset((asked += 1)) + 2_208_988_800_000;
    for (const at of [32, 40]) {
      answer.writeUInt32BE(Math.floor(ms / 1_000) % 2 ** 32, at);
      answer.writeUInt32BE(Math.floor(((ms % 1_000) / 1_000) * 2 ** 32), at + 4);
    }
    socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  return { address: `127.0.0.1:${(socket.address() as AddressInfo).port}`, stop: () => socket.close() };
}
