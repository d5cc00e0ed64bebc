import { spawn } from 'node:child_process';

/** Runs a Node.js program to its end; `{ ok, code, ms, output }`. A program over its time is ended with all it started. */
export function runTool(args, { env = process.env, cwd, timeoutMs = 600_000, show = true } = {}) {
  const began = Date.now();
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (show) process.stderr.write(text);
      });
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it ended by itself in this moment
      }
    };
    const timer = setTimeout(() => {
      output += `\nstill running after ${timeoutMs / 1000} s; ended\n`;
      if (show) process.stderr.write(`\nstill running after ${timeoutMs / 1000} s; ended\n`);
      end();
    }, timeoutMs);
    // The tool runs in a group of its own, so Ctrl-C must be handed on.
    const stop = () => {
      end();
      process.exit(130);
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    child.on('close', (code) => {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      done({ ok: code === 0, code, ms: Date.now() - began, output });
    });
  });
}
