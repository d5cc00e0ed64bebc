import 'reflect-metadata';
import { allConfigs, checkConfigs, Log } from '../../../libs/platform';
import { apiConfig } from './api.config';
import { buildApi } from './build';
import { checkRoutes } from './check-routes';
import { serveConsole } from './console';

async function main(): Promise<void> {
  checkConfigs(allConfigs());
  const config = apiConfig.read();
  const app = await buildApi({ trustProxy: config.trustProxy });
  checkRoutes(app);
  await serveConsole(app, config.consoleDir);
  await app.listen(config.port, config.host);
  app.get(Log).info('api.listening', { port: config.port });
}

main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exit(1);
});
