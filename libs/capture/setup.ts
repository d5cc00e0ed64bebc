import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { generateKey, loadKey, writeKeyFile, type NoteKey } from '../proof';
import type { CaptureConfig } from './capture.config';
import { parseAllowedNet } from './domain/address';
import type { ResolverSettings } from './egress/resolver';

export function rulesOf(config: CaptureConfig): ResolverSettings {
  return {
    hosts: config.EGRESS_HOSTS,
    servers: config.DNS_SERVERS,
    ports: config.EGRESS_PORTS.map(Number),
    allowNet: config.EGRESS_ALLOW_NET.map(parseAllowedNet),
  };
}

/** The key that signs manifests, `<domain>/worker-1`, made on first use. */
export function workerKey(path: string, domain: string): NoteKey {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      writeKeyFile(path, generateKey(`${domain}/worker-1`));
    } catch (error) {
      // Another process was first; its key is as good.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return loadKey(path);
}
