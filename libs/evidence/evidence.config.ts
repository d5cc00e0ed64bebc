import { defineConfig, env } from '../platform';

export const evidenceConfig = defineConfig('evidence', {
  agencyDomain: env.string('AGENCY_DOMAIN', {
    default: 'jiaocheng.supervision.test',
    describe: 'domain of the agency: first part of every key name and log origin',
  }),
  vantages: env.list('CAPTURE_VANTAGES', {
    default: ['main'],
    describe: 'names of the vantage points from which pages are looked at; the first is the own way out of the capture process',
  }),
  uploadLimitBytes: env.integer('UPLOAD_LIMIT_BYTES', {
    default: 512 * 1024 * 1024,
    describe: 'largest file that officers may hand in as received evidence or signed paper',
  }),
  workerUrl: env.url('WORKER_URL', {
    default: 'http://127.0.0.1:3003',
    describe: 'address of the worker, which hands on what an officer does to a page under his hand',
  }),
  trustFile: env.string('TRUST_FILE', {
    default: '.data/keys/trust.json',
    describe: 'published trust bundle, by which we check our own packages',
  }),
});

export type EvidenceConfig = ReturnType<typeof evidenceConfig.read>;
