import { timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { assumeClaims, type OfficerRequest, OPEN, PlatformProblem, REQUIRES, SEALING } from '../../platform';
import { SessionService } from '../app/session.service';
import { OfficersProblem } from '../domain/problems';

export const SESSION_COOKIE = 'nms_session';
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Session, CSRF token, permission, fresh second factor: in this order, on every route that does not say why it is open. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const on = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<string | undefined>(OPEN, on)) return true;
    const request = context.switchToHttp().getRequest<OfficerRequest>();
    const token = sessionToken(request);
    const session = token ? await this.sessions.open(token) : null;
    if (!session) throw PlatformProblem.notSignedIn();
    if (WRITES.has(request.method) && !sameToken(request.headers['x-csrf-token'], session.csrfToken))
      throw PlatformProblem.csrf();
    const { officer, scope } = session;
    request.officer = officer;
    assumeClaims({
      actor: officer.id,
      scope,
      division: officer.division,
      roles: officer.roles,
      requestId: request.id,
      origin: request.ip,
      purpose: purposeOf(request),
    });
    const permission = this.reflector.getAllAndOverride<string | undefined>(REQUIRES, on);
    if (!permission || (permission !== 'session' && !officer.permissions.includes(permission)))
      throw PlatformProblem.forbidden({ permission: permission ?? 'none' });
    if (this.reflector.getAllAndOverride<boolean | undefined>(SEALING, on) && !this.sessions.isFresh(officer.secondFactorAt))
      throw OfficersProblem.secondFactorRequired();
    return true;
  }
}

/** The session's token out of the Cookie header (RFC 6265 section 4.2.1). */
export function sessionToken(request: FastifyRequest): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1);
}

/** Why the person looks, where he says so; percent-encoded UTF-8, as header values are ASCII. */
function purposeOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-purpose'];
  if (typeof header !== 'string') return undefined;
  try {
    return decodeURIComponent(header).slice(0, 300);
  } catch {
    throw PlatformProblem.malformed({ detail: 'X-Purpose is percent-encoded UTF-8' });
  }
}

function sameToken(given: unknown, expected: string): boolean {
  const a = Buffer.from(typeof given === 'string' ? given : '');
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
