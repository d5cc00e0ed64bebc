import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuditHttpModule } from '../../audit/audit-http.module';
import { OfficersModule } from '../../officers';
import {
  assumeClaims,
  createHttpApp,
  type OfficerRequest,
  PlatformModule,
  PlatformProblem,
  REQUIRES,
  type SessionOfficer,
} from '../../platform';
import { OrdersHttpModule } from '../orders-http.module';
import type { OrderRooms } from './order-rooms';

const people = new Map<string, SessionOfficer>();

/** Stands where the session guard stands in the API: a header says who calls, what he may is asked as always. */
@Injectable()
class HeaderGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<OfficerRequest>();
    const person = people.get(String(request.headers['x-person']));
    if (!person) throw PlatformProblem.notSignedIn();
    request.officer = {
      ...person,
      secondFactorAt: request.headers['x-fresh'] ? new Date(String(request.headers['x-fresh'])) : null,
    };
    assumeClaims({ actor: person.id, scope: 'unit', division: person.division, roles: person.roles, requestId: request.id });
    const permission = this.reflector.getAllAndOverride<string>(REQUIRES, [context.getHandler(), context.getClass()]);
    if (!person.permissions.includes(permission)) throw PlatformProblem.forbidden({ permission });
    return true;
  }
}

@Module({
  imports: [PlatformModule.forProcess('api', 'http'), OfficersModule, AuditHttpModule, OrdersHttpModule],
  providers: [{ provide: APP_GUARD, useClass: HeaderGuard }],
})
class ConsoleUnderTest {}

export interface Console {
  app: NestFastifyApplication;
  call(
    who: SessionOfficer,
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    payload?: object,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Record<string, unknown>; body: Record<string, unknown> }>;
}

/** The console's routes on the API's database role. The browser's real rooms are behind it; captures are read from the test's table. */
export async function aConsole({ database }: Pick<OrderRooms, 'database'>): Promise<Console> {
  const { source, url } = await database.as('nms_api');
  await source.destroy();
  process.env.DATABASE_URL = url;
  const app = await createHttpApp(ConsoleUnderTest);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    async call(who, method, path, payload, headers = {}) {
      people.set(who.id, who);
      const answer = await app.inject({ method, url: path, payload, headers: { 'x-person': who.id, ...headers } });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body.startsWith('{') || answer.body.startsWith('[') ? answer.json() : ({} as never),
      };
    },
  };
}
