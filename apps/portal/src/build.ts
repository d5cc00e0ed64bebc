import fastifyHelmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { badgeConfig } from '../../../libs/badge';
import { createHttpApp } from '../../../libs/platform';
import { answerFromCache } from './cached-answers';
import { readerOf } from './page/request';
import { refusalPage } from './pages/report-page';
import { portalConfig } from './portal.config';
import { PortalModule } from './portal.module';

/** The portal, ready to listen: headers of every answer, and refusals as pages for people. */
export async function buildPortal(): Promise<NestFastifyApplication> {
  const app = await createHttpApp(PortalModule, { bodyLimitBytes: 256 * 1024, trustProxy: portalConfig.read().trustProxy });
  await app.register(fastifyHelmet as never, {
    contentSecurityPolicy: {
      useDefaults: false,
      // No script at all: the pages work without, so none may run. /verify-package has a policy of its own.
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    // Said by the reverse proxy, which alone knows that TLS is there.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  const portal = badgeConfig.read().publicOrigin.replace(/\/$/, '');
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (request, reply, payload, done) => {
      if (!wantsPage(String(reply.getHeader('content-type') ?? ''), request.headers.accept, request.url)) return done(null, payload);
      const title = (JSON.parse(String(payload)) as { title: string }).title;
      reply.header('content-type', 'text/html; charset=utf-8').removeHeader('content-length');
      done(null, refusalPage(title, readerOf(request), portal));
    });
  answerFromCache(app);
  return app;
}

/** A refusal goes to a person when his browser asked for a page, and not below the addresses of machines. */
function wantsPage(type: string, accept: string | undefined, url: string): boolean {
  return type.startsWith('application/problem+json') && Boolean(accept?.includes('text/html')) && !/^\/(public|partner)\/|\.json(\?|$)/.test(url);
}
