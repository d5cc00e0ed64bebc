import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { from, type Observable, switchMap } from 'rxjs';
import { Db } from '../../platform';
import { AuditTrail } from '../app/audit-trail';

const READS = 'nms:reads';

interface ReadsOf {
  kind: string;
  param: string;
}

/** Marks a GET that shows one record: every answer leaves an event `<kind>.read`. `param` names the route parameter with its id. */
export function Reads(kind: string, param = 'id'): MethodDecorator {
  return SetMetadata(READS, { kind, param } satisfies ReadsOf);
}

/** Records the read before the answer goes out: no answer without its record. A refused read shows nothing and records nothing. */
@Injectable()
export class ReadsInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly db: Db,
    private readonly trail: AuditTrail,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reads = this.reflector.get<ReadsOf | undefined>(READS, context.getHandler());
    if (!reads) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const id = (request.params as Record<string, string>)[reads.param] ?? '';
    const caseOf = (body: unknown): string | null =>
      reads.kind === 'case' ? id : ((body as { caseId?: string } | null)?.caseId ?? null);
    return next
      .handle()
      .pipe(
        switchMap((body: unknown) =>
          from(
            this.db
              .tx((tx) =>
                this.trail.record(tx, {
                  act: `${reads.kind}.read`,
                  kind: reads.kind,
                  id,
                  caseId: caseOf(body),
                  details: { route: request.routeOptions.url },
                }),
              )
              .then(() => body),
          ),
        ),
      );
  }
}
