import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp, type HttpOptions } from '../../../libs/platform';
import { ApiModule } from './api.module';

/** The API as an application that does not listen yet: for `main.ts`, for tests and for the generator of the API's description. */
export async function buildApi(options: HttpOptions = {}): Promise<NestFastifyApplication> {
  const app = await createHttpApp(ApiModule, { bodyLimitBytes: 2 * 1024 * 1024, ...options });
  app.setGlobalPrefix('api/v1');
  return app;
}
