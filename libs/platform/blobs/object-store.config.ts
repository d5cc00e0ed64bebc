import { defineConfig, env } from '../config/define-config';

/** An S3-compatible store for blobs; without S3_ENDPOINT they are files under BLOB_DIR. */
export const objectStoreConfig = defineConfig('objectStore', {
  endpoint: env.optional('S3_ENDPOINT', {
    describe: 'address of an S3-compatible store for blobs, for example http://objects:9000',
  }),
  bucket: env.string('S3_BUCKET', { default: 'nms-blobs', describe: 'bucket of the blobs, made with object lock' }),
  region: env.string('S3_REGION', { default: 'us-east-1', describe: 'region that requests are signed for' }),
  accessKeyId: env.string('S3_ACCESS_KEY_ID', { default: '', describe: 'name of the key that may read and write the bucket' }),
  secretAccessKey: env.string('S3_SECRET_ACCESS_KEY', { default: '', describe: 'that key', secret: true }),
  lockDays: env.integer('S3_LOCK_DAYS', {
    default: 0,
    describe: 'days that a blob is locked against removal; 0 leaves that to the default of the bucket',
  }),
});

export type ObjectStoreConfig = ReturnType<typeof objectStoreConfig.read>;
