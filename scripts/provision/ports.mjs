import { createServer } from 'node:net';

const taken = new Set();

const tryPort = (port) =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(null));
    server.listen({ port, host: '127.0.0.1' }, () => {
      const got = server.address().port;
      server.close(() => done(got));
    });
  });

/** `wanted` when it is free, else one the system chooses; never the same twice in one run. */
export async function freePort(wanted = 0) {
  for (const candidate of [wanted, ...Array(20).fill(0)]) {
    const port = taken.has(candidate) ? null : await tryPort(candidate);
    if (port && !taken.has(port)) {
      taken.add(port);
      return port;
    }
  }
  throw new Error('no free port on 127.0.0.1');
}
