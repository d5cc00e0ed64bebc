import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The tests and the benches run from the root of the project. */
const ROOT = process.cwd();

export interface Measured {
  code: number | null;
  out: string;
  /** Most memory that the process held, and processor and wall time from its start to its end. */
  rssMiB: number;
  cpuMs: number;
  ms: number;
}

/** The single file that travels with packages, run as others run it, and measured from inside of its own process. */
export class MeasuredVerifier {
  readonly folder = mkdtempSync(join(tmpdir(), 'verifier-'));
  private readonly bundle = join(this.folder, 'verify-package.mjs');
  private readonly probe = join(this.folder, 'probe.cjs');

  constructor() {
    execFileSync(process.execPath, [join(ROOT, 'scripts/bundle-verifier.mjs'), this.folder], { stdio: 'pipe' });
    // VmHWM and not ru_maxrss: the latter begins with what the parent held when it made the process.
    const read = `Number(/VmHWM:\\s+(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1])`;
    writeFileSync(
      this.probe,
      `process.on('exit', () => require('node:fs').writeFileSync(process.env.PROBE, JSON.stringify({ ...process.resourceUsage(), maxRSS: ${read} })));`,
    );
  }

  run(path: string, trust: string, ...more: string[]): Measured {
    const told = join(this.folder, 'told.json');
    const began = performance.now();
    const { status, stdout } = spawnSync(
      process.execPath,
      ['-r', this.probe, this.bundle, path, '--trust', trust, '--json', ...more],
      { env: { ...process.env, PROBE: told, NODE_OPTIONS: '' }, maxBuffer: 512 * 1024 * 1024, timeout: 600_000 },
    );
    const ms = performance.now() - began;
    const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(told, 'utf8')) as NodeJS.ResourceUsage;
    return { code: status, out: stdout.toString(), rssMiB: maxRSS / 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000, ms };
  }
}
