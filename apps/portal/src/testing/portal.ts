import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TestDatabase } from '../../../../libs/platform/testing';
import { buildPortal } from '../build';
import { freePort } from './free-port';
import { GOLDEN } from './verifier';

/** The portal on a port of its own, with the verifier in `verifier` and the trust bundle of the golden packages. */
export async function openPortal(
  base: TestDatabase,
  verifier: string,
): Promise<{ app: NestFastifyApplication; address: string }> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const { url } = await base.as('nms_portal');
  Object.assign(process.env, {
    DATABASE_URL: url,
    PUBLIC_ORIGIN: address,
    LOG_LEVEL: 'silent',
    VERIFIER_DIR: verifier,
    TRUST_FILE: join(GOLDEN, 'whole.trust.json'),
  });
  const app = await buildPortal();
  await app.listen(port, '127.0.0.1');
  return { app, address };
}
