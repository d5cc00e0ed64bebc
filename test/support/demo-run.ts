import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { System } from './system';

const ROOT = join(__dirname, '../..');

export interface DemoReport {
  steps: { name: string; ok: boolean; ms: number; did: string }[];
  package: string | null;
  trust: string;
}

/** Runs `npm run demo -- --json` against this system; `onStep` hears of each step when it is done. */
export async function runDemo(
  system: System,
  onStep: (name: string) => void = () => undefined,
): Promise<{ code: number | null; report: DemoReport; log: string }> {
  const env = { ...process.env, NMS_DATA: system.data };
  const child = spawn(process.execPath, [join(ROOT, 'scripts/demo.mjs'), '--json'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    for (const [, name] of text.matchAll(/^ *\d+ {2}([^:\n]+): /gm)) onStep(name!);
  });
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  try {
    return { code, report: JSON.parse(out) as DemoReport, log };
  } catch {
    throw new Error(`the demonstration ended with ${code} and said:\n${out}\n${log}`);
  }
}
