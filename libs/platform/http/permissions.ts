import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiResponse } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { ProblemFactory } from '../../kernel';

/** The person behind a console session, as routes see him. */
export interface SessionOfficer {
  id: string;
  account: string;
  name: string;
  /** Number of the enforcement certificate; null for people who may not take evidence. */
  certificate: string | null;
  division: string;
  unit: string;
  roles: readonly string[];
  permissions: readonly string[];
  /** When the second factor was last shown in this session. */
  secondFactorAt: Date | null;
}

export interface OfficerRequest extends FastifyRequest {
  officer?: SessionOfficer;
}

export const REQUIRES = 'nms:requires';
export const OPEN = 'nms:open';
export const SEALING = 'nms:sealing';

/** The permission that a route needs. A route without `@Requires` or `@Open` is refused when the process starts. */
export function Requires(permission: string): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(REQUIRES, permission), ApiExtension('x-requires', permission));
}

/** A route that needs no session, and why that is right. */
export function Open(why: string): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(OPEN, why), ApiExtension('x-open', why));
}

/** An act by which the agency binds itself: it needs a second factor shown at most five minutes ago. */
export function SealingAct(): MethodDecorator {
  return applyDecorators(SetMetadata(SEALING, true), ApiExtension('x-sealing', true));
}

/** The refusals that a route is known to give, for the API's documentation. */
export function Refuses(...problems: ProblemFactory<never>[]): MethodDecorator {
  const byStatus = new Map<number, string[]>();
  for (const { code, spec } of problems)
    byStatus.set(spec.status, [...(byStatus.get(spec.status) ?? []), `\`${code}\`: ${spec.title}`]);
  return applyDecorators(...[...byStatus].map(([status, lines]) => ApiResponse({ status, description: lines.join('; ') })));
}

export const CurrentOfficer = createParamDecorator((_: unknown, context: ExecutionContext): SessionOfficer => {
  const { officer } = context.switchToHttp().getRequest<OfficerRequest>();
  if (!officer) throw new Error('CurrentOfficer on a route without a session');
  return officer;
});
