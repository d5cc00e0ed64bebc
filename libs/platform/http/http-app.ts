import { randomUUID } from 'node:crypto';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { type Claims, withClaims } from '../database/claims';
import { Log } from '../logging/log';
import { StrictValidation } from './strict-validation';

/** What a caller is before anybody has looked at his session: a visitor who sees what is public. */
function visitorClaims(request: FastifyRequest): Claims {
  return { actor: 'public', scope: 'public', division: '000000', roles: [], requestId: request.id, origin: request.ip };
}

export interface HttpOptions {
  bodyLimitBytes?: number;
  preview?: boolean;
  /** Addresses of our own reverse proxies, whose X-Forwarded-For is believed. */
  trustProxy?: string[];
}

/** A Fastify application with everything that every HTTP process of ours has: claims, validation, problems, limits. */
export async function createHttpApp(module: Type, options: HttpOptions = {}): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes ?? 1024 * 1024,
    trustProxy: options.trustProxy?.length ? options.trustProxy : false,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 300 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    preview: options.preview,
    abortOnError: false,
  });
  if (!options.preview) app.useLogger(app.get(Log));
  app.useGlobalPipes(new StrictValidation());
  const fastify = adapter.getInstance();
  const claimsOf = new WeakMap<FastifyRequest, Claims>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const claims = visitorClaims(request as FastifyRequest);
    claimsOf.set(request as FastifyRequest, claims);
    withClaims(claims, done);
  });
  // Reading the body loses the asynchronous context, so it is entered again behind it.
  fastify.addHook('preValidation', (request, _reply, done) => withClaims(claimsOf.get(request as FastifyRequest)!, done));
  app.enableShutdownHooks();
  return app;
}
