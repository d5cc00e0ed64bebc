import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, constants, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { machine } from '../capture.config';

/** A browser program and the facts about it that stand in every manifest. */
export interface BrowserProgram {
  path: string;
  /** Old headless form: no sandboxed tabs of its own kind, told as such. */
  shell: boolean;
  /** `156.0.8078.79` */
  version: string;
  /** As the program calls itself, `Chromium 156.0.8078.79 …`. */
  label: string;
  /** The program file itself, not a start script before it. */
  file: () => Promise<string>;
  sha256: () => Promise<string>;
}

const run = promisify(execFile);
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const REAL_PROGRAMS = ['/usr/lib/chromium/chromium', '/usr/lib/chromium-browser/chromium-browser', '/opt/google/chrome/chrome'];

let known: { key: string; program: Promise<BrowserProgram> } | null = null;

/** The configured browser, else one on PATH, else the one from npm. Looked up once per process and configured path. */
export function findBrowser(configured: string | null): Promise<BrowserProgram> {
  const key = configured ?? '';
  if (known?.key !== key) {
    known = { key, program: look(configured) };
    known.program.catch(() => (known = null));
  }
  return known.program;
}

async function look(configured: string | null): Promise<BrowserProgram> {
  const found = configured ?? (await onPath());
  if (found) return describe(found, false);
  const { default: packaged } = await import('@sparticuz/chromium');
  const path = await packaged.executablePath();
  // It unpacks for its own user only; the browser runs as another one.
  const { uid } = await stat(path);
  if (uid !== process.getuid?.()) throw new TypeError(`${path} belongs to somebody else; remove it or set CHROMIUM_PATH`);
  await chmod(path, 0o755);
  return describe(path, true);
}

async function onPath(): Promise<string | null> {
  for (const folder of machine.path().split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (
        folder &&
        (await access(path, constants.X_OK).then(
          () => true,
          () => false,
        ))
      )
        return path;
    }
  }
  return null;
}

async function describe(path: string, shell: boolean): Promise<BrowserProgram> {
  const { stdout } = await run(path, ['--version', '--no-sandbox'], { env: { PATH: machine.path(), HOME: '/nonexistent' } });
  const label = stdout.trim().split('\n').at(-1) ?? '';
  const version = /(\d+\.\d+\.\d+\.\d+)/.exec(label)?.[1] ?? '0';
  let found: Promise<string> | null = null;
  const file = () => (found ??= programOf(path));
  // Not kept here: a program that was exchanged meanwhile is another one.
  const sha256 = async () => fileDigest(await file());
  return { path, label, version, shell: shell || /headless.?shell/i.test(path), file, sha256 };
}

async function programOf(path: string): Promise<string> {
  const real = await realpath(path);
  const { size } = await stat(real);
  return size > 1_000_000 ? real : bigOne([join(dirname(real), 'chrome'), ...REAL_PROGRAMS], real);
}

const digests = new Map<string, Promise<string>>();

/** SHA-256 of a file, lower-case hex. One that has not been touched since it was read is not read again. */
export async function fileDigest(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  // A change of contents moves ctime, which no ordinary program can set back.
  const key = [path, dev, ino, size, mtimeNs, ctimeNs].join(' ');
  const sum = digests.get(key) ?? readDigest(path);
  digests.set(key, sum);
  sum.catch(() => digests.delete(key));
  return sum;
}

async function readDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function bigOne(paths: string[], fallback: string): Promise<string> {
  for (const path of paths)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  return fallback;
}
