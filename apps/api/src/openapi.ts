import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { buildApi } from './build';

/** The description of the API, made without database or listening. */
export async function describeApi(): Promise<OpenAPIObject> {
  const app = await buildApi({ preview: true });
  const about = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Network-market supervision')
    .setDescription(
      'API of the console. Writes carry X-CSRF-Token; POSTs that create take Idempotency-Key; changes take If-Match. Refusals are RFC 9457 problems.',
    )
    .setVersion('1')
    .setLicense('Proprietary', 'urn:nms:licence')
    .addServer('/')
    .addCookieAuth('nms_session', undefined, 'session')
    .addSecurityRequirements('session')
    .build();
  const document = SwaggerModule.createDocument(app, about, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  nameTheRest(document);
  return document;
}

/** A path that ends in `*` is written `{path}`, but its parameter keeps the name `*`: they must agree. */
function nameTheRest({ paths }: OpenAPIObject): void {
  for (const [path, methods] of Object.entries(paths))
    for (const { parameters = [] } of Object.values(methods as Record<string, { parameters?: { name?: string }[] }>))
      for (const parameter of parameters) if (parameter.name === '*' && path.includes('{path}')) parameter.name = 'path';
}

if (require.main === module) {
  describeApi().then(
    (document) => {
      writeFileSync(process.argv[2] ?? 'docs/openapi.json', `${JSON.stringify(document, null, 2)}\n`);
      process.exit(0);
    },
    (fault: unknown) => {
      console.error(fault);
      process.exit(1);
    },
  );
}
