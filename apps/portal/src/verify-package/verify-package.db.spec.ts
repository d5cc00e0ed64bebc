import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type TestDatabase, testDatabase } from '../../../../libs/platform/testing';
import { buildPortal } from '../build';
import { builtVerifier, GOLDEN } from '../testing/verifier';

let base: TestDatabase;
let app: NestFastifyApplication;
let verifier: string;
const trustFile = join(mkdtempSync(join(tmpdir(), 'trust-')), 'trust.json');
const sha256 = (bytes: Buffer, form: 'hex' | 'base64' = 'hex') => createHash('sha256').update(bytes).digest(form);
const get = (url: string, language = 'zh-CN') =>
  app.inject({ method: 'GET', url, headers: { accept: 'text/html', 'accept-language': language } });

beforeAll(async () => {
  base = await testDatabase();
  verifier = builtVerifier();
  copyFileSync(join(GOLDEN, 'whole.trust.json'), trustFile);
  const { url } = await base.as('nms_portal');
  Object.assign(process.env, {
    DATABASE_URL: url,
    PUBLIC_ORIGIN: 'https://verify.example.test',
    LOG_LEVEL: 'silent',
    VERIFIER_DIR: verifier,
    TRUST_FILE: trustFile,
  });
  app = await buildPortal();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(async () => {
  await app?.close();
  await base?.close();
  rmSync(verifier, { recursive: true });
});

it('explains and hands out the offline verifier, with the digests of exactly what it hands out', async () => {
  const { statusCode, body } = await get('/verify-package');
  expect(statusCode).toBe(200);
  expect(body).toContain('核验电子证据包');
  for (const path of ['/downloads/verify-package.mjs', '/trust.json']) {
    const file = await get(path);
    expect(file.statusCode).toBe(200);
    expect(body).toContain(`href="${path}"`);
    expect(body).toContain(sha256(file.rawPayload));
  }
  expect((await get('/downloads/verify-package.mjs')).headers['content-disposition']).toBe(
    'attachment; filename="verify-package.mjs"',
  );
  expect((await get('/trust.json')).rawPayload).toEqual(readFileSync(trustFile));
});

it('is readable in English too', async () => {
  const { body } = await get('/verify-package', 'en');
  expect(body).toContain('<h1>Verify an evidence package</h1>');
  expect(body).toContain('anchored: the ledger is witnessed by others');
});

it('shows what needs script only when the script is there: no form can send a file to us', async () => {
  const { body } = await get('/verify-package');
  expect(body).toMatch(/<form id="verify" hidden>/);
  expect(body).not.toMatch(/<form id="verify"[^>]*(action|method)/);
  expect(body).toMatch(/<p id="no-script" class="quiet">/);
});

it('runs one script, pinned by its digest, and no other page of the portal runs any', async () => {
  const page = await get('/verify-package');
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toContain('unsafe');
  expect(page.body.match(/<script/g)).toHaveLength(1);
  const [, src, integrity] = /<script src="([^"]+)" integrity="sha256-([^"]+)" defer><\/script>/.exec(page.body)!;
  const script = await get(src!);
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(script.headers['cache-control']).toContain('immutable');
  expect(integrity).toBe(sha256(script.rawPayload, 'base64'));
  expect((await get('/assets/verify-package.js?v=other')).headers['cache-control']).toBe('no-cache');
  expect(String((await get('/lookup')).headers['content-security-policy'])).not.toContain('script-src');
});

it('goes on without a trust bundle, and offers none', async () => {
  rmSync(trustFile);
  expect((await get('/verify-package')).body).not.toContain('href="/trust.json"');
  expect((await get('/trust.json')).statusCode).toBe(404);
});
