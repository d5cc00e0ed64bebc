export { BlobDestroyer, BlobDestroyers, type Destroyed } from './blobs/blob-destroyer';
export { FileBlobDestroyer } from './blobs/file-blob-destroyer';
export { BlobReplica } from './blobs/blob-replica';
export { BlobStore, type BlobFault, type BlobRef, type BlobSource, type Examined, type StagedBlob } from './blobs/blob-store';
export { FileBlobStore } from './blobs/file-blob-store';
export { syncPath } from './blobs/stage-blob';
export { clockFor, MovableClock } from './clock';
export { allConfigs, checkConfigs, ConfigFault, defineConfig, env } from './config/define-config';
export {
  afterCommit,
  assumeClaims,
  type Claims,
  currentClaims,
  divisionPrefix,
  type Scope,
  systemClaims,
  withClaims,
} from './database/claims';
export { Db } from './database/db';
export { failpoint } from './faults/failpoint';
export { type Fact } from './facts/fact.entity';
export { FactDelivery } from './facts/fact-delivery';
export { FactHandlers } from './facts/fact-handlers';
export { Facts } from './facts/facts';
export { escapeHtml, Html, html } from './html/html';
export { page, type PageParts, sendPage } from './html/page';
export { etag, IfMatch, requireMatch } from './http/etag';
export { createHttpApp, type HttpOptions } from './http/http-app';
export { type Language, languageOf } from './http/language';
export { pointersOf } from './http/strict-validation';
export { type Page, PageQuery, pageOf } from './http/paging';
export {
  CurrentOfficer,
  type OfficerRequest,
  Open,
  OPEN,
  Refuses,
  Requires,
  REQUIRES,
  SealingAct,
  SEALING,
  type SessionOfficer,
} from './http/permissions';
export { Log } from './logging/log';
export { Mailer, type Mail } from './mail/mailer';
export { platformConfig, type PlatformConfig } from './platform.config';
export { PlatformModule } from './platform.module';
export { PlatformProblem } from './problems';
export { jobContract } from './queue/job-contract';
export { Jobs } from './queue/jobs';
export { Sweeps } from './queue/sweeps';
