import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Headers of every answer, and the built console under `/`. The console runs no inline script and loads from nowhere else. */
export async function serveConsole(app: NestFastifyApplication, consoleDir: string): Promise<void> {
  await app.register(fastifyHelmet as never, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Emotion, the console's style engine, writes style elements while it runs.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        frameSrc: ["'self'", 'blob:'],
        frameAncestors: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        upgradeInsecureRequests: null,
      },
    },
    // Strict-Transport-Security is said by the reverse proxy, which alone knows that TLS is there.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  const root = resolve(consoleDir);
  if (!existsSync(join(root, 'index.html'))) return;
  await app.register(fastifyStatic as never, {
    root,
    prefix: '/',
    wildcard: false,
    index: 'index.html',
    cacheControl: true,
    maxAge: '1h',
    immutable: false,
  });
}
