import 'reflect-metadata';
import { allConfigs, checkConfigs, Log } from '../../../libs/platform';
import { buildPortal } from './build';
import { portalConfig } from './portal.config';

async function main(): Promise<void> {
  checkConfigs(allConfigs());
  const config = portalConfig.read();
  const app = await buildPortal();
  await app.listen(config.port, config.host);
  app.get(Log).info('portal.listening', { port: config.port });
}

main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exit(1);
});
