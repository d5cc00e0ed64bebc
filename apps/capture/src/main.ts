import {
  BrowserPool,
  captureConfig,
  captureServerConfig,
  clearLeftovers,
  easeHeap,
  environmentOf,
  SelfTestDesk,
  workerSigner,
} from '../../../libs/capture';
import { SystemClock } from '../../../libs/kernel';
import { clockFor } from '../../../libs/platform/clock';
import { join } from 'node:path';
import { captureServer } from './server';

/** The only process that meets pages from outside. It holds one signing key and a token, no credential of a database or queue. */
async function main(): Promise<void> {
  easeHeap();
  const config = captureConfig.read();
  // A setting of the checks that has not its form ends the process here, not every capture later.
  environmentOf(config);
  const server = captureServerConfig.read();
  await clearLeftovers();
  const clock = clockFor(server.NMS_CLOCK_FILE);
  const machineClock = new SystemClock();
  const pool = new BrowserPool(
    {
      chromiumPath: config.CHROMIUM_PATH ?? null,
      locale: config.CAPTURE_LOCALE,
      timezone: config.CAPTURE_TIMEZONE,
      memoryBytes: config.CAPTURE_MEMORY_BYTES,
      isFilmed: config.CAPTURE_VIDEO,
      waiting: server.CAPTURE_CONCURRENCY,
    },
    // The birth of a profile is compared with that of its files, which the machine's own clock dates.
    () => machineClock.now(),
  );
  const place = server.WORKER_KEY_FILE ?? join(server.KEY_DIR, 'worker-1.key');
  const key = await workerSigner(place, server.AGENCY_DOMAIN, server.WORKER_KEY_PIN);
  const selfTest = new SelfTestDesk({ config, takeBrowser: () => pool.take(), clock: machineClock });
  const listener = captureServer({
    pool,
    config,
    clock,
    signers: [key],
    token: server.CAPTURE_TOKEN,
    stagingDir: server.STAGING_DIR,
    concurrency: server.CAPTURE_CONCURRENCY,
    selfTest,
    sessions: server.CAPTURE_SESSIONS,
  });
  listener.listen(server.CAPTURE_PORT, server.CAPTURE_HOST, () => {
    say('capture.listening', { port: server.CAPTURE_PORT, key: key.vkey });
    // Made once for this process, before anybody asks for a page; a capture that comes earlier waits for it.
    void selfTest.result().then(({ passed, reason, ms }) => say('capture.selfTest', { passed, reason, ms }));
  });
  const stop = (signal: string) => {
    say('capture.stopping', { signal });
    listener.close();
    listener.closeAllConnections();
    void pool.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function say(event: string, facts: object): void {
  process.stdout.write(`${JSON.stringify({ time: Date.now(), event, ...facts })}\n`);
}

main().catch((error: unknown) => {
  say('capture.notStarted', { error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
