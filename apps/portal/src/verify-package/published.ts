import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { portalConfig, type PortalConfig } from '../portal.config';

export interface PublishedFile {
  bytes: Buffer;
  sha256: string;
  /** As `integrity` attributes want it. */
  integrity: string;
}

/**
 * The files with which anybody verifies packages without us. The verifier comes with the build and is read once; the trust
 * bundle is read anew each time, because `nms keys` may add a key to it. Null: this installation has none.
 */
@Injectable()
export class PublishedVerifier {
  readonly program: PublishedFile | null;
  readonly script: PublishedFile | null;

  constructor(@Inject(portalConfig.provide) private readonly config: PortalConfig) {
    this.program = read(join(config.verifierDir, 'verify-package.mjs'));
    this.script = read(join(config.verifierDir, 'verify-package.page.js'));
  }

  trust(): PublishedFile | null {
    return read(this.config.trustFile);
  }
}

function read(path: string): PublishedFile | null {
  try {
    const bytes = readFileSync(path);
    const digest = createHash('sha256').update(bytes).digest();
    return { bytes, sha256: digest.toString('hex'), integrity: `sha256-${digest.toString('base64')}` };
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fault;
  }
}
