import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT, folder } from '../provision/paths.mjs';
import { Cannot, say } from '../provision/say.mjs';

const PRELOAD = join(ROOT, 'scripts/system/with-parent.mjs');
const HEALTHY_FOR_MS = 60_000;
const MAX_BACKOFF_MS = 30_000;

/** One process of the system: started, asked for its health, started again with growing pauses when it dies, stopped with all it started. */
export class Child {
  #child = null;
  #stopping = false;
  #deaths = 0;
  #startedAt = 0;

  constructor({ name, entry, args = [], env, health }, data, onChange = () => undefined) {
    Object.assign(this, { name, entry, args, env, health, onChange });
    this.logFile = join(folder(data, 'logs'), `${name}.log`);
  }

  get pid() {
    return this.#child?.pid ?? null;
  }

  start() {
    const log = openSync(this.logFile, 'a');
    // Its own process group: Ctrl-C reaches the supervisor only, and stopping it takes its browsers along.
    this.#child = spawn(process.execPath, ['--import', PRELOAD, '--enable-source-maps', join(ROOT, this.entry), ...this.args], {
      cwd: ROOT,
      env: this.env,
      stdio: ['pipe', log, log],
      detached: true,
    });
    closeSync(log);
    this.#startedAt = Date.now();
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('exit', (code, signal) => this.#died(code, signal));
    this.#child.on('error', () => undefined); // an exit follows, or start() is told by the health check
    this.onChange();
  }

  #died(code, signal) {
    if (this.#stopping) return;
    this.#deaths = Date.now() - this.#startedAt > HEALTHY_FOR_MS ? 1 : this.#deaths + 1;
    const wait = Math.min(500 * 2 ** (this.#deaths - 1), MAX_BACKOFF_MS);
    say(`! ${this.name} ended (${signal ?? `code ${code}`}); starting it again in ${wait / 1000} s. Its log: ${this.logFile}`);
    this.restart = setTimeout(() => this.start(), wait);
  }

  async healthy(timeoutMs) {
    for (const until = Date.now() + timeoutMs; Date.now() < until; await pause(100)) {
      if (await answers(this.health)) return;
      if (this.#deaths >= 3) break;
    }
    throw new Cannot(
      `${this.name} does not become healthy. The end of its log:\n${tail(this.logFile)}\n`,
      `less ${this.logFile}`,
    );
  }

  async stop() {
    this.#stopping = true;
    clearTimeout(this.restart);
    const child = this.#child;
    if (!child?.pid) return;
    const gone = new Promise((done) =>
      child.exitCode !== null || child.signalCode !== null ? done() : child.once('exit', done),
    );
    signal(-child.pid, 'SIGTERM');
    await Promise.race([gone, pause(10_000)]);
    signal(-child.pid, 'SIGKILL'); // what is left of its group
    await gone;
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
}

const answers = (url) =>
  new Promise((done) => {
    const asked = request(url, { timeout: 2000 }, (answer) => {
      answer.resume();
      done(answer.statusCode >= 200 && answer.statusCode < 300);
    });
    asked
      .on('error', () => done(false))
      .on('timeout', () => asked.destroy())
      .end();
  });

const tail = (file) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12).join('\n');
