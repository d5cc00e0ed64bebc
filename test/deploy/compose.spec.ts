import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { allConfigs } from '../../libs/platform';

// No container engine runs in our tests, so the file is read as the engine would read it and held against the code.
interface Service {
  image: string;
  build?: { target: string };
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  networks: string[];
  ports?: string[];
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  read_only?: boolean;
  init?: boolean;
  healthcheck: { test?: string[]; disable?: boolean };
  deploy: { resources: { limits: { cpus: string; memory: string; pids: number } } };
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, object>;
}

const root = join(__dirname, '../..');
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as Compose;
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build);
const of = (name: string) => compose.services[name]!;

for (const top of ['apps', 'libs'])
  for (const path of readdirSync(join(root, top), { recursive: true }).map(String))
    if (path.endsWith('.config.ts')) require(join(root, top, path));
const known = new Set(allConfigs().flatMap(({ settings }) => Object.values(settings).map(({ name }) => name)));
// migrate.ts runs when it is loaded, so its two are named here, and looked for in its text.
for (const name of ['DATABASE_URL', 'LOGIN_URL_FILES'])
  if (readFileSync(join(root, 'apps/cli/src/migrate.ts'), 'utf8').includes(`'${name}'`)) known.add(name);

it('has every part of a county system', () =>
  expect(Object.keys(compose.services).sort()).toEqual([
    'api',
    'capture',
    'ledger-signer',
    'migrate',
    'objects',
    'portal',
    'postgres',
    'proxy',
    'redis',
    'worker',
  ]));

describe.each(services)('%s', (_name, service) => {
  it('has a health check, or ends by itself', () => {
    if (service.healthcheck.disable)
      expect(services.some(([, other]) => JSON.stringify(other).includes('service_completed_successfully'))).toBe(true);
    else expect(service.healthcheck.test?.length).toBeGreaterThan(1);
  });
  it('has limits of processor, memory and processes', () => {
    const { cpus, memory, pids } = service.deploy.resources.limits;
    expect([Number(cpus) > 0, /^\d+[MG]$/.test(memory), pids > 0]).toEqual([true, true, true]);
  });
  it('has a read-only root, an init process and no new privileges', () => {
    expect(service).toMatchObject({ read_only: true, init: true });
    expect(service.security_opt).toContain('no-new-privileges:true');
  });
  it('uses only networks and secrets that are declared', () => {
    for (const network of service.networks) expect(Object.keys(compose.networks)).toContain(network);
    for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(secret);
  });
  it('names only files of its own secrets', () => {
    const used = Object.values(service.environment ?? {}).flatMap((value) =>
      [...String(value).matchAll(/\/run\/secrets\/([\w.]+)/g)].map((match) => match[1]),
    );
    for (const secret of used) expect(service.secrets).toContain(secret);
  });
  it('has no password in its environment', () => {
    for (const [name, value] of Object.entries(service.environment ?? {}))
      if (/PASSWORD|TOKEN|SECRET|DATABASE_URL|PASSPHRASE/.test(name) && !name.startsWith('LOGIN'))
        expect(value).toMatch(/^\/run\/secrets\//);
  });
});

describe.each(ours)('%s, built from our Dockerfile', (_name, { environment = {}, build, command }) => {
  it('sets only variables that the code reads', () => {
    for (const name of Object.keys(environment))
      expect([...known]).toContain(name.replace(/_FILE$/, known.has(name) ? '_FILE' : ''));
  });
  it('has its stage in the Dockerfile and its program in the sources', () => {
    expect(dockerfile).toMatch(new RegExp(` AS ${build!.target}$`, 'm'));
    const program = command?.find((part) => part.startsWith('dist/'));
    if (program && !program.includes('ledger-signer'))
      expect(existsSync(join(root, program.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });
});

describe('networks', () => {
  const on = (network: string) =>
    services
      .filter(([, { networks }]) => networks.includes(network))
      .map(([name]) => name)
      .sort();

  it('the browser is on no network with a database, a queue or the stores', () => {
    expect(of('capture').networks.sort()).toEqual(['capture', 'web']);
    expect(on('capture')).toEqual(['capture', 'worker']);
    expect(on('web')).toEqual(['capture']);
  });
  it('the stores have no way out and are not published', () => {
    expect(compose.networks['data']).toEqual({ internal: true });
    for (const name of ['postgres', 'redis', 'objects']) expect(of(name)).toMatchObject({ networks: ['data'] });
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['proxy']);
  });
  it('the proxy reaches the two front doors and nothing else', () => expect(on('front')).toEqual(['api', 'portal', 'proxy']));
});

describe('credentials', () => {
  it('capture holds neither database, queue, store nor seal', () => {
    expect(of('capture').secrets).toEqual(['capture_token', 'capture_upstreams', 'worker_key']);
    expect(Object.keys(of('capture').environment!).filter((name) => /DATABASE|REDIS|S3_|SEAL|SMTP/.test(name))).toEqual([]);
  });
  it('each process logs in to the database with its own role only', () => {
    for (const name of ['api', 'portal', 'worker'])
      expect(of(name).secrets!.filter((secret) => secret.startsWith('database_url'))).toEqual([`database_url_${name}`]);
  });
  it('only the worker has the seal, and only capture has the worker key', () => {
    for (const key of ['seal_key', 'import_key'])
      expect([key, services.filter(([, { secrets = [] }]) => secrets.includes(key)).map(([name]) => name)]).toEqual([
        key,
        ['worker'],
      ]);
    expect(services.filter(([, { secrets = [] }]) => secrets.includes('worker_key')).map(([name]) => name)).toEqual(['capture']);
  });
  it('the ways to further vantage points are known to capture alone, their names to all who ask for them', () => {
    expect(services.filter(([, { secrets = [] }]) => secrets.includes('capture_upstreams')).map(([name]) => name)).toEqual([
      'capture',
    ]);
    for (const name of ['api', 'worker', 'capture']) expect(of(name).environment).toHaveProperty('CAPTURE_VANTAGES');
  });
  it('every secret is a file outside version control', () => {
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^deploy\/secrets\//);
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toContain('deploy/secrets');
  });
});

it('drops all capabilities of our processes; only capture gets some back', () => {
  for (const [name, { cap_drop, cap_add }] of ours) {
    expect(cap_drop).toEqual(['ALL']);
    expect(Boolean(cap_add)).toBe(name === 'capture');
  }
});
