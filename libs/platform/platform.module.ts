import { join } from 'node:path';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { Clock } from '../kernel';
import { BlobReplica } from './blobs/blob-replica';
import { BlobStore } from './blobs/blob-store';
import { FileBlobStore } from './blobs/file-blob-store';
import { objectStoreConfig, type ObjectStoreConfig } from './blobs/object-store.config';
import { S3BlobStore } from './blobs/s3-blob-store';
import { clockFor } from './clock';
import { DatabaseModule } from './database/database.module';
import { FactDelivery } from './facts/fact-delivery';
import { FactHandlers } from './facts/fact-handlers';
import { Facts } from './facts/facts';
import { EtagInterceptor } from './http/etag';
import { IdempotencyInterceptor } from './http/idempotency.interceptor';
import { ProblemFilter } from './http/problem.filter';
import { Log } from './logging/log';
import { Mailer, NoMailer, SmtpMailer } from './mail/mailer';
import { platformConfig, type PlatformConfig } from './platform.config';
import { Jobs } from './queue/jobs';
import { Sweeps } from './queue/sweeps';

const token = platformConfig.provide;

const SHARED = [
  platformConfig,
  Facts,
  Jobs,
  { provide: Clock, inject: [token], useFactory: (config: PlatformConfig) => clockFor(config.clockFile) },
  objectStoreConfig,
  { provide: BlobStore, inject: [token, objectStoreConfig.provide, Clock], useFactory: blobStore },
  {
    provide: BlobReplica,
    inject: [token],
    useFactory: ({ blobReplicaDir }: PlatformConfig) =>
      new BlobReplica(blobReplicaDir ? new FileBlobStore(blobReplicaDir) : null),
  },
  {
    provide: Mailer,
    inject: [token],
    useFactory: ({ smtpUrl, mailFrom }: PlatformConfig) => (smtpUrl ? new SmtpMailer(smtpUrl, mailFrom) : new NoMailer()),
  },
];

function blobStore({ blobDir }: PlatformConfig, { endpoint, ...store }: ObjectStoreConfig, clock: Clock): BlobStore {
  return endpoint ? new S3BlobStore({ ...store, endpoint }, join(blobDir, 'staging'), clock) : new FileBlobStore(blobDir);
}

const HTTP = [
  { provide: APP_FILTER, useClass: ProblemFilter },
  { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
  { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
];

const WORKER = [FactHandlers, FactDelivery, Sweeps];

/** The plumbing of one process. `kind` says whether it answers HTTP with sessions and keys, or carries out jobs and facts. */
@Global()
@Module({})
export class PlatformModule {
  static forProcess(name: string, kind: 'http' | 'worker'): DynamicModule {
    const log = { provide: Log, inject: [token], useFactory: (config: PlatformConfig) => new Log(name, config.logLevel) };
    const own = kind === 'http' ? HTTP : WORKER;
    return {
      module: PlatformModule,
      imports: [DatabaseModule],
      providers: [...SHARED, log, ...own],
      exports: [
        platformConfig.provide,
        Facts,
        Jobs,
        Clock,
        BlobStore,
        BlobReplica,
        Mailer,
        Log,
        DatabaseModule,
        ...(kind === 'worker' ? [FactHandlers, FactDelivery, Sweeps] : []),
      ],
    };
  }
}
