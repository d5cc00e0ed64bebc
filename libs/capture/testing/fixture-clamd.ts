import { createServer, type AddressInfo, type Server } from 'node:net';

/** The public test file of the scanners' makers, in two parts so that no scanner stops at this source. */
export const EICAR = `${'X5O!P%@AP[4\\PZX54(P^)7CC)7}$'}${'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'}`;

/** Speaks clamd's protocol: `z` commands, INSTREAM in pieces after their length, a limit of its own. */
export function playedClamd(limit = 1_000_000): Promise<{ server: Server; port: number; streams: Buffer[] }> {
  const streams: Buffer[] = [];
  const server = createServer((socket) => {
    let held = Buffer.alloc(0);
    const say = (text: string) => socket.end(`${text}\0`);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      const end = held.indexOf(0);
      const command = end < 0 ? '' : held.subarray(0, end).toString();
      if (command === 'zVERSION') return say('ClamAV 1.4.3/27500/Tue Nov 24 09:26:47 2026');
      if (command !== 'zINSTREAM') return end >= 0 && say('UNKNOWN COMMAND');
      const pieces: Buffer[] = [];
      for (let at = end + 1; at + 4 <= held.length;) {
        const length = held.readUInt32BE(at);
        if (length === 0) {
          const whole = Buffer.concat(pieces);
          streams.push(whole);
          return say(whole.includes(EICAR) ? 'stream: Eicar-Test-Signature FOUND' : 'stream: OK');
        }
        if (at + 4 + length > held.length) return undefined;
        pieces.push(held.subarray(at + 4, at + 4 + length));
        at += 4 + length;
        if (Buffer.concat(pieces).length > limit) return say('INSTREAM size limit exceeded. ERROR');
      }
      return undefined;
    });
  });
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () => done({ server, port: (server.address() as AddressInfo).port, streams })),
  );
}
