import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { platformConfig, type PlatformConfig } from '../platform.config';
import { Db } from './db';

/**
 * One pool with the role of this process. Sessions keep no state: claims live inside transactions. `uuidExtension` only keeps
 * TypeORM from creating an extension on connect, which our least-privileged roles may not.
 */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [platformConfig.provide],
      useFactory: (config: PlatformConfig) => ({
        type: 'postgres' as const,
        url: config.databaseUrl,
        autoLoadEntities: true,
        installExtensions: false,
        synchronize: false,
        migrationsRun: false,
        poolSize: config.databasePool,
        retryAttempts: 20,
        retryDelay: 500,
        extra: { statement_timeout: 30_000, idle_in_transaction_session_timeout: 60_000 },
      }),
    }),
  ],
  providers: [Db],
  exports: [Db],
})
export class DatabaseModule {}
