import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { SessionService } from './app/session.service';
import { ROLE_PERMISSIONS, type RolePermissions } from './domain/roles';
import { OfficersController } from './http/officers.controller';
import { SessionController } from './http/session.controller';
import { SessionGuard } from './http/session.guard';
import { officersConfig } from './officers.config';
import { OfficersModule } from './officers.module';

/** Sign-in, the guard over every route, and the routes about people. */
@Global()
@Module({})
export class OfficersHttpModule {
  static with(permissions: RolePermissions): DynamicModule {
    return {
      module: OfficersHttpModule,
      imports: [OfficersModule],
      controllers: [SessionController, OfficersController],
      providers: [
        officersConfig,
        SessionService,
        { provide: ROLE_PERMISSIONS, useValue: permissions },
        { provide: APP_GUARD, useClass: SessionGuard },
      ],
      exports: [OfficersModule],
    };
  }
}
