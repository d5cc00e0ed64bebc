import 'reflect-metadata';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Clock } from '../../../libs/kernel';
import { allConfigs, checkConfigs, Db, Log, PlatformModule } from '../../../libs/platform';
import { loadKey, type NoteSigner, verifierOf } from '../../../libs/proof';
import { CheckpointSigner, LedgerIncident } from './checkpoint-signer';
import { ledgerSignerConfig } from './ledger-signer.config';
import { KeptRoots } from './remembered';

/** No rooms: the signer reads entry bytes and knows nothing of packages, cases or people. */
@Module({ imports: [PlatformModule.forProcess('ledger-signer', 'http')] })
class LedgerSignerModule {}

const LOOK_MS = 1_000;

/** `ledger-1.key`, `ledger-2.key` … in the order in which they were made. */
function keyFiles(folder: string): string[] {
  const numberOf = (file: string): number => Number(/^ledger-(\d+)\.key$/.exec(file)?.[1] ?? 0);
  const found = existsSync(folder) ? readdirSync(folder).filter((file) => numberOf(file) > 0) : [];
  return found.sort((a, b) => numberOf(a) - numberOf(b)).map((file) => join(folder, file));
}

/** The adapter for key devices is loaded only where the key lives in one. */
async function openKey(place: string, secret?: string): Promise<NoteSigner> {
  if (!place.startsWith('pkcs11:')) return loadKey(place, secret);
  const { openSigner } = await import('../../../libs/platform/keys/open-signer.js');
  return openSigner(place, secret);
}

async function main(): Promise<void> {
  checkConfigs(allConfigs());
  const config = ledgerSignerConfig.read();
  const app = await NestFactory.createApplicationContext(LedgerSignerModule, { bufferLogs: true, abortOnError: false });
  const log = app.get(Log);
  app.useLogger(log);
  app.enableShutdownHooks();
  const files = keyFiles(config.keyDir);
  const place = config.key ?? files.at(-1);
  if (!place) throw new Error(`no ledger key in ${config.keyDir}: run "nms keys"`);
  // Checkpoints of before a rotation were signed by the keys of before.
  const older = [
    ...files.filter((file) => file !== place).map((file) => loadKey(file, config.keyPassphrase)),
    ...config.oldKeys.map(verifierOf),
  ];
  const signer = new CheckpointSigner(
    app.get(Db),
    app.get(Clock),
    await openKey(place, config.keyPassphrase),
    new KeptRoots(join(config.keyDir, 'kept-roots.json')),
    {
      intervalMs: config.intervalS * 1000,
      adopt: config.adopt,
      idleMs: config.idleS * 1000,
      older,
    },
  );
  let incident: string | null = null;
  createServer((_request, response) => {
    response
      .writeHead(incident ? 503 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(incident ? { status: 'incident', incident } : { status: 'ok' }));
  }).listen(config.port, config.host, () => log.info('ledger-signer.listening', { port: config.port }));
  for (;;) {
    try {
      for (const [origin, size] of await signer.look()) log.info('ledger.checkpoint.signed', { origin, size });
    } catch (fault) {
      if (fault instanceof LedgerIncident) {
        // Stays up and signs nothing more, so that health tells why; a restart alone does not heal it.
        incident = fault.message;
        log.error('ledger.incident', {}, fault);
        return;
      }
      log.error('ledger.unreachable', {}, fault);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exit(1);
});
