import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { generateKey, loadKey, writeKeyFile, type NoteKey } from '../proof';
import type { CaptureConfig } from './capture.config';
import { parseAllowedNet } from './domain/address';
import type { ResolverSettings } from './egress/resolver';
import type { EnvironmentSettings } from './environment/checks';
import { parseControlPage } from './environment/control-pages';
import { parseScanner } from './environment/malware';

export function rulesOf(config: CaptureConfig): ResolverSettings {
  return {
    hosts: config.EGRESS_HOSTS,
    servers: config.DNS_SERVERS,
    ports: config.EGRESS_PORTS.map(Number),
    allowNet: config.EGRESS_ALLOW_NET.map(parseAllowedNet),
  };
}

/** What the environment checks compare with. Throws when a setting has not its form. */
export function environmentOf(config: CaptureConfig): EnvironmentSettings {
  return {
    timeServers: config.TIME_SERVERS,
    release: {
      record: config.RELEASE_RECORD ?? null,
      browserSha256: config.BROWSER_SHA256 ?? null,
      imageSha256: config.IMAGE_SHA256 ?? null,
    },
    rules: rulesOf(config),
    controlPages: config.CONTROL_PAGES.map(parseControlPage),
    scanner: parseScanner(config.MALWARE_SCANNER ?? null),
    knownAuthorities: config.KNOWN_AUTHORITIES.map((sum) => sum.toLowerCase()),
    timezone: config.CAPTURE_TIMEZONE,
    locale: config.CAPTURE_LOCALE,
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
