import { type CallHandler, createParamDecorator, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { PlatformProblem } from '../problems';

export const etag = (version: number): string => `"${version}"`;

/** Sets `ETag` on every answer that is one record with a `version`. */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((body: unknown) => {
        const version = (body as { version?: unknown } | null)?.version;
        if (Number.isInteger(version))
          context
            .switchToHttp()
            .getResponse<FastifyReply>()
            .header('etag', etag(version as number));
        return body;
      }),
    );
  }
}

/** The version that the caller read, from `If-Match`; 428 when he does not say. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  const version = /^(?:W\/)?"(\d+)"$/.exec(header ?? '')?.[1];
  if (version === undefined) throw PlatformProblem.versionMissing();
  return Number(version);
});

/** 412 unless the record still is what the caller read. */
export function requireMatch(read: number, current: number): void {
  if (read !== current) throw PlatformProblem.versionMismatch({ current });
}
