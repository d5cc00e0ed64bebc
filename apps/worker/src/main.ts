import 'reflect-metadata';
import { createServer } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { SessionRelay } from '../../../libs/evidence/evidence-worker.module';
import { allConfigs, checkConfigs, Log } from '../../../libs/platform';
import { workerConfig } from './worker.config';
import { WorkerModule } from './worker.module';

async function main(): Promise<void> {
  checkConfigs(allConfigs());
  const app = await NestFactory.createApplicationContext(WorkerModule, { bufferLogs: true, abortOnError: false });
  const log = app.get(Log);
  app.useLogger(log);
  app.enableShutdownHooks();
  const { host, port } = workerConfig.read();
  const source = app.get(DataSource);
  const relay = app.get(SessionRelay);
  createServer((request, response) => {
    if (relay.takes(request, response)) return;
    source.query('SELECT 1').then(
      () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}'),
      () => response.writeHead(503).end(),
    );
  }).listen(port, host, () => log.info('worker.listening', { port }));
}

main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exit(1);
});
