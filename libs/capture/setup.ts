import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { openSigner } from '../platform/keys/open-signer';
import { generateKey, loadKey, type NoteKey, type NoteSigner, verifierOf, writeKeyFile } from '../proof';
import type { CaptureConfig } from './capture.config';
import { parseAllowedNet } from './domain/address';
import type { ResolverSettings } from './egress/resolver';
import { vantagesOf, type Vantage } from './egress/vantage';
import type { EnvironmentSettings } from './environment/checks';
import { parseControlPage } from './environment/control-pages';
import { parseScanner } from './environment/malware';

/**
 * For a process that captures pages: every picture and copy comes from the browser as one text of some megabytes, and with the growth that
 * V8 allows a small heap each of them sets off a collection of all of it, on every core. The heap may be three times what was alive before
 * it is collected again.
 */
export function easeHeap(): void {
  setFlagsFromString('--heap-growing-percent=200');
}

export function rulesOf(config: CaptureConfig): ResolverSettings {
  return {
    hosts: config.EGRESS_HOSTS,
    servers: config.DNS_SERVERS,
    ports: config.EGRESS_PORTS.map(Number),
    allowNet: config.EGRESS_ALLOW_NET.map(parseAllowedNet),
  };
}

/** The vantage point of that name, the first one without a name, null when there is none. Throws when the settings have not their form. */
export function vantageOf(config: CaptureConfig, name?: string): Vantage | null {
  const all = vantagesOf(config);
  return name === undefined ? all[0] : (all.find((one) => one.name === name) ?? null);
}

/** What the environment checks compare with. Throws when a setting has not its form. */
export function environmentOf(config: CaptureConfig, vantage: Vantage = vantagesOf(config)[0]): EnvironmentSettings {
  return {
    vantage,
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

/** Signed once at the start; no manifest and no note begins like this. */
const PROBE = new Uint8Array(Buffer.from('start-up check of the key of a capture process; signs nothing'));

/**
 * What signs manifests: the key file, or a key in a device when the place is a `pkcs11:` address. Looked at before the first order,
 * so that a device that is away, a wrong PIN or a key of another role ends the process at its start and not a capture at its end.
 * Refuses a key of a device that is not named `<domain>/worker-<n>`, and one whose signature its own public half does not know.
 */
export async function workerSigner(place: string, domain: string, pin?: string): Promise<NoteSigner> {
  if (!place.startsWith('pkcs11:')) return workerKey(place, domain);
  const signer = await openSigner(place, pin);
  const [owner, role = ''] = signer.name.split('/');
  if (owner !== domain || !/^worker-[1-9]\d*$/.test(role))
    throw new Error(`${signer.name} is not a key of a capture process of ${domain}: its name has to be ${domain}/worker-<n>`);
  if (!verifierOf(signer.vkey).verify(PROBE, await signer.sign(PROBE)))
    throw new Error(`${signer.name}: the device signs with another key than the one it shows`);
  return signer;
}
