import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { Clock } from '../../kernel';
import { currentClaims } from '../database/claims';
import { Db } from '../database/db';
import { PlatformProblem } from '../problems';

interface KeyRow {
  request: string;
  status: number;
  body: unknown;
}

/**
 * `Idempotency-Key` on POST: the second identical request gets the answer of the first, and there is one record. Key and work
 * commit in one transaction; a second request that comes meanwhile waits on the key's unique index and then finds the answer.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || typeof key !== 'string' || !currentClaims()) return next.handle();
    if (!/^[\x21-\x7e]{1,200}$/.test(key))
      throw PlatformProblem.malformed({ detail: 'Idempotency-Key: 1 to 200 visible ASCII characters' });
    return from(
      this.once(key, request, http.getResponse<FastifyReply>(), () => firstValueFrom(next.handle(), { defaultValue: undefined })),
    );
  }

  private async once(key: string, request: FastifyRequest, reply: FastifyReply, work: () => Promise<unknown>): Promise<unknown> {
    const actor = currentClaims()!.actor;
    const fingerprint = createHash('sha256')
      .update(`${request.url}\n${JSON.stringify(request.body ?? null)}`)
      .digest('hex');
    return this.db.tx(async (tx) => {
      const fresh = await tx.query<unknown[]>(
        'INSERT INTO idempotency_key (actor, key, request, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1',
        [actor, key, fingerprint, this.clock.now()],
      );
      if (!fresh.length) {
        const [row] = await tx.query<KeyRow[]>(
          'SELECT request, status, body FROM idempotency_key WHERE actor = $1 AND key = $2',
          [actor, key],
        );
        if (row?.request !== fingerprint) throw PlatformProblem.keyReused();
        reply.status(row.status);
        return row.body;
      }
      const body = await work();
      await tx.query('UPDATE idempotency_key SET status = $3, body = $4 WHERE actor = $1 AND key = $2', [
        actor,
        key,
        reply.statusCode,
        JSON.stringify(body ?? null),
      ]);
      return body;
    });
  }
}
