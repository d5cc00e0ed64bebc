import { join } from 'node:path';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { Clock } from '../kernel';
import { BlobDestroyers } from './blobs/blob-destroyer';
import { FileBlobDestroyer } from './blobs/file-blob-destroyer';
import { BlobReplica } from './blobs/blob-replica';
import { BlobStore } from './blobs/blob-store';
import { FileBlobStore } from './blobs/file-blob-store';
import { objectStoreConfig, type ObjectStoreConfig } from './blobs/object-store.config';
import { BlobVersions, StoredBlobVersions } from './blobs/blob-versions';
import { S3BlobDestroyer } from './blobs/s3-blob-destroyer';
import { S3BlobStore } from './blobs/s3-blob-store';
import { S3Bucket } from './blobs/s3-bucket';
import { clockFor } from './clock';
import { DatabaseModule } from './database/database.module';
import { Db } from './database/db';
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
  { provide: BlobVersions, inject: [Db, Clock], useFactory: (db: Db, clock: Clock) => new StoredBlobVersions(db, clock) },
  { provide: BlobStore, inject: [token, objectStoreConfig.provide, Clock, BlobVersions], useFactory: blobStore },
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

function blobStore(
  { blobDir }: PlatformConfig,
  { endpoint, ...store }: ObjectStoreConfig,
  clock: Clock,
  versions: BlobVersions,
): BlobStore {
  if (!endpoint) return new FileBlobStore(blobDir);
  return new S3BlobStore(new S3Bucket({ ...store, endpoint }), store.lockDays, join(blobDir, 'staging'), clock, versions);
}

const HTTP = [
  { provide: APP_FILTER, useClass: ProblemFilter },
  { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
  { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
];

/** What only the process that carries out orders has: nobody else can remove a blob. */
const destroyers = {
  provide: BlobDestroyers,
  inject: [token, objectStoreConfig.provide, BlobVersions],
  useFactory: ({ blobDir, blobReplicaDir }: PlatformConfig, { endpoint, ...store }: ObjectStoreConfig, versions: BlobVersions) =>
    new BlobDestroyers(
      endpoint ? new S3BlobDestroyer(new S3Bucket({ ...store, endpoint }), versions) : new FileBlobDestroyer(blobDir),
      // On the second medium nobody puts but the worker itself, under a lock.
      blobReplicaDir ? new FileBlobDestroyer(blobReplicaDir, 0) : null,
    ),
};

const WORKER = [FactHandlers, FactDelivery, Sweeps, destroyers];

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
        ...(kind === 'worker' ? [FactHandlers, FactDelivery, Sweeps, BlobDestroyers] : []),
      ],
    };
  }
}
