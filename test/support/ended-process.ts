import { spawn } from 'node:child_process';

export interface Ended {
  code: number | null;
  signal: string | null;
  /** All of its standard error. */
  said: string;
}

/** Runs a program of ours to its end, however that comes. */
export function endOf(program: string, args: readonly string[], env: Record<string, string | undefined>): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((done) => child.once('exit', (code, signal) => done({ code, signal, said })));
}
