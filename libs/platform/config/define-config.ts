import { readFileSync } from 'node:fs';
import type { FactoryProvider } from '@nestjs/common';

/** How one environment variable is read. A parser throws an Error whose message says what a good value looks like. */
export interface Setting<T> {
  name: string;
  describe: string;
  /** Used when the variable is unset; absent means that the variable must be given. */
  default?: T;
  secret?: boolean;
  parse(text: string): T;
}

interface Options<T> {
  describe: string;
  default?: T;
  secret?: boolean;
}

const setting =
  <T>(parse: (text: string) => T) =>
  (name: string, options: Options<T>): Setting<T> => ({ name, parse, ...options });

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new Error('a whole number');
  return Number(text);
}

function url(text: string): string {
  if (!URL.canParse(text)) throw new Error('an address such as http://127.0.0.1:3000');
  return text;
}

function flag(text: string): boolean {
  if (!/^(0|1|true|false)$/.test(text)) throw new Error('1 or 0');
  return text === '1' || text === 'true';
}

/** Readers of the environment, for `defineConfig`. */
export const env = {
  string: setting<string>((text) => text),
  optional: (name: string, options: Omit<Options<string>, 'default'>): Setting<string | undefined> =>
    ({
      name,
      parse: (text) => text || undefined,
      ...options,
      default: undefined,
      optional: true,
    }) as Setting<string | undefined>,
  integer: setting(integer),
  url: setting(url),
  flag: setting(flag),
  list: setting<string[]>((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  ),
};

export class ConfigFault extends Error {}

export interface ConfigToken<T> extends FactoryProvider<T> {
  room: string;
  settings: Record<string, Setting<unknown>>;
  read(environment?: Record<string, string | undefined>): T;
}

const registered: ConfigToken<object>[] = [];

/** Every configuration that has been defined in this process, for `.env.example` and the compose test. */
export const allConfigs = (): readonly ConfigToken<object>[] => registered;

type Values<S> = { [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** The environment variables of one room as a typed provider. The only reader of `process.env` besides the scripts. */
export function defineConfig<const S extends Record<string, Setting<never> | Setting<unknown>>>(
  room: string,
  settings: S,
): ConfigToken<Values<S>> {
  const read = (environment: Record<string, string | undefined> = process.env): Values<S> => {
    const faults: string[] = [];
    const values = Object.entries(settings as Record<string, Setting<unknown>>).map(([key, item]) => {
      try {
        return [key, valueOf(item, environment)];
      } catch (fault) {
        faults.push(`${item.name}: ${(fault as Error).message} (${item.describe})`);
        return [key, undefined];
      }
    });
    if (faults.length) throw new ConfigFault(`configuration of ${room}:\n  ${faults.join('\n  ')}`);
    return Object.fromEntries(values) as Values<S>;
  };
  const token: ConfigToken<Values<S>> = {
    provide: `config:${room}`,
    room,
    settings: settings as Record<string, Setting<unknown>>,
    read,
    useFactory: () => read(),
  };
  registered.push(token as ConfigToken<object>);
  return token;
}

/** `NAME_FILE` names a file that holds the value, as container secrets do. */
function valueOf(item: Setting<unknown>, environment: Record<string, string | undefined>): unknown {
  const file = environment[`${item.name}_FILE`];
  const text = file ? readFileSync(file, 'utf8').trim() : environment[item.name];
  if (text !== undefined && text !== '') {
    try {
      return item.parse(text);
    } catch (fault) {
      throw new Error(`must be ${(fault as Error).message}`);
    }
  }
  if (item.default === undefined && !(item as { optional?: boolean }).optional) throw new Error('must be set');
  return item.default;
}

/** Reads several configurations and tells the faults of all of them at once. */
export function checkConfigs(configs: readonly { read(): unknown }[]): void {
  const faults = configs.flatMap((config) => {
    try {
      config.read();
      return [];
    } catch (fault) {
      return [(fault as Error).message];
    }
  });
  if (faults.length) throw new ConfigFault(faults.join('\n'));
}
