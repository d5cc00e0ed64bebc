import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const ROOT = join(__dirname, '../../..');

export interface Running {
  pid: number;
  ready: boolean;
  data: string;
  addresses: { console: string; portal: string; internet: string };
  processes: Record<string, number>;
}

/** A data folder of its own, for as long as the bench runs. */
export function dataFolder(): { data: string; remove(): void } {
  const data = mkdtempSync(join(tmpdir(), 'nms-bench-'));
  chmodSync(data, 0o755);
  return { data, remove: () => rmSync(data, { recursive: true, force: true }) };
}

/** `npm start` on that folder; answers when every process is healthy, with the time that took. */
export async function start(data: string): Promise<{ system: Running; ms: number; stop(): Promise<void> }> {
  const began = performance.now();
  // Parts of its own, not those of the caller.
  const env = { ...process.env, DATABASE_URL: undefined, REDIS_URL: undefined };
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs')], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...env, NMS_DATA: data, NMS_PORTS: 'free' },
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  const file = join(data, 'run/system.json');
  for (;;) {
    const system = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Running) : null;
    if (system?.ready)
      return {
        system,
        ms: performance.now() - began,
        async stop() {
          child.kill('SIGTERM');
          await gone;
        },
      };
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${said}`);
    await pause(20);
  }
}
