import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runDemo } from '../support/demo-run';
import { System } from '../support/system';

const ROOT = join(__dirname, '../..');
const MINUTE = 60_000;

describe('the demonstration while parts of the system die', () => {
  let system: System;
  beforeAll(async () => (system = await System.start()), 3 * MINUTE);
  afterAll(() => system?.stop(), MINUTE);

  it(
    'loses nothing: browser process killed in a capture, worker killed in an order, Redis emptied (F-01)',
    async () => {
      const done: string[] = [];
      const struck: string[] = [];
      const strikes: Promise<void>[] = [];
      // Each blow falls a moment after the step before has ended, which is in the middle of the next one.
      const after: Record<string, () => Promise<void>> = {
        'verify the badge as the public does': async () => {
          await pause(1500);
          await system.kill('capture');
          struck.push('capture');
        },
        investigate: async () => {
          await pause(700);
          await system.kill('worker');
          struck.push('worker');
        },
        'suspend the service': async () => {
          await pause(400);
          struck.push((await system.emptyRedis()) ? 'redis' : 'no redis here');
        },
        'decide and serve': async () => {
          await pause(300);
          await system.kill('worker');
          struck.push('worker again');
        },
      };
      const { code, report, log } = await runDemo(system, (name) => {
        done.push(name);
        const strike = after[name];
        if (strike) strikes.push(strike());
      });
      await Promise.all(strikes);
      expect({
        failed: report.steps.filter(({ ok }) => !ok).map(({ name, did }) => `${name}: ${did}`),
        said: code ? log.slice(-2500) : '',
      }).toEqual({ failed: [], said: '' });
      expect(struck).toHaveLength(4);
      expect(code).toBe(0);
      expect(system.said()).toMatch(/! worker ended \(SIGKILL\); starting it again/);

      const fsck = spawnSync(process.execPath, [join(ROOT, 'scripts/nms.mjs'), 'fsck'], {
        cwd: ROOT,
        encoding: 'utf8',
        env: { ...process.env, NMS_DATA: system.data, DATABASE_URL: system.told()!.databaseUrl },
      });
      expect({ status: fsck.status, said: fsck.status ? fsck.stdout + fsck.stderr : '' }).toEqual({ status: 0, said: '' });
    },
    9 * MINUTE,
  );
});
