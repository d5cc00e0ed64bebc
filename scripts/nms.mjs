import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildServer } from './build.mjs';
import { findChromium } from './provision/chromium.mjs';
import { urlTo } from './provision/database.mjs';
import { findFonts } from './provision/fonts.mjs';
import { onNode24 } from './provision/node24.mjs';
import { DATA, ROOT } from './provision/paths.mjs';
import { beQuiet } from './provision/say.mjs';
import { runningSystem } from './system/lock.mjs';

/** `npm run -s nms -- <verb> …`: builds when stale, says nothing of its own, and ends with the verb's exit code. */
beQuiet();
await onNode24(() => {
  buildServer();
  const running = runningSystem(DATA);
  const needsBrowser = process.argv[2] === 'capture';
  const fonts = needsBrowser ? findFonts(DATA) : { file: null };
  const env = {
    ...(running?.databaseUrl && { DATABASE_URL: urlTo(running.databaseUrl, {}) }),
    ...(running?.redisUrl && { REDIS_URL: running.redisUrl }),
    BLOB_DIR: join(DATA, 'blobs'),
    STAGING_DIR: join(DATA, 'staging'),
    KEY_DIR: join(DATA, 'keys'),
    TRUST_FILE: join(DATA, 'keys/trust.json'),
    ...(needsBrowser && { CHROMIUM_PATH: findChromium(DATA).path, ...(fonts.file && { FONTCONFIG_FILE: fonts.file }) }),
    ...process.env,
  };
  const cli = join(ROOT, 'dist/apps/cli/src/main.js');
  // The verb's paths are relative to where the person is, not to where npm put us.
  const cwd = process.env.INIT_CWD && existsSync(process.env.INIT_CWD) ? process.env.INIT_CWD : process.cwd();
  const { status, signal } = spawnSync(process.execPath, [cli, ...process.argv.slice(2)], { cwd, env, stdio: 'inherit' });
  process.exit(status ?? (signal ? 130 : 1));
});
