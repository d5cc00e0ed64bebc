import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { VerificationService } from '../../../libs/badge';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const ADDRESS = /^\/(?:public\/v1\/badges\/([0-9A-Z-]{1,40})|b\/([0-9A-Z-]{1,40})\.json)$/;

/**
 * A fresh answer to the public JSON goes out before the framework is asked: its bytes and heads are known, and this is the one
 * address that machines ask in great numbers. Everything else, and every code that is not in the cache, takes the ordinary way.
 */
export function answerFromCache(app: NestFastifyApplication): void {
  const verification = app.get(VerificationService);
  const server = app.getHttpServer() as Server;
  const ordinary = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const found = request.method === 'GET' ? ADDRESS.exec(request.url ?? '') : null;
    const json = found && verification.freshJson(found[1] ?? found[2]!);
    if (json) response.writeHead(200, headsOf(json)).end(json);
    else for (const listener of ordinary) listener.call(server, request, response);
  });
}

const headsOf = (json: Buffer): Record<string, string | number> => ({
  'content-type': 'application/json; charset=utf-8',
  'content-length': json.length,
  'cache-control': 'no-cache',
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
});
