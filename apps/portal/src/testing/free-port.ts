import { createServer } from 'node:net';

/** A port that nobody listens on now. The portal prints its address on pages, so it must know it before it listens. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
