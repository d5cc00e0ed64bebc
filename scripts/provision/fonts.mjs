import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hidden, onPath } from './find.mjs';
import { openFolder } from './open-folder.mjs';
import { NODE_MODULES, folder } from './paths.mjs';
import { Cannot } from './say.mjs';

const FILES = ['400Regular/NotoSansSC_400Regular.ttf', '700Bold/NotoSansSC_700Bold.ttf'];

/** Families that fontconfig has for Chinese text. */
function installedFamilies() {
  const fcList = hidden('fonts') ? null : onPath('fc-list');
  if (!fcList) return [];
  try {
    return execFileSync(fcList, [':lang=zh-cn', 'family'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter(Boolean);
  } catch {
    return [];
  }
}

/** The machine's Chinese fonts, or `{ file }`: a fontconfig file that adds the ones from npm (TrueType; web fonts would print boxes). */
export function findFonts(data) {
  const families = installedFamilies();
  if (families.length)
    return {
      file: process.env.FONTCONFIG_FILE ?? null,
      said: `fontconfig has ${families.length} Chinese faces, e.g. ${families.sort()[0].split(',')[0]}`,
    };
  const from = join(NODE_MODULES, '@expo-google-fonts/noto-sans-sc');
  if (!FILES.every((name) => existsSync(join(from, name))))
    throw new Cannot(
      'No Chinese font: fontconfig has none and the one from npm is not installed.',
      'npm ci, or apt-get install fonts-noto-cjk',
    );
  const dir = folder(openFolder(data), 'fonts');
  for (const name of FILES)
    if (!existsSync(join(dir, name.split('/')[1]))) copyFileSync(join(from, name), join(dir, name.split('/')[1]));
  const file = join(dir, 'fonts.conf');
  writeFileSync(file, fontconfig(hidden('fonts') ? [] : ['/usr/share/fonts', '/usr/local/share/fonts']));
  return { file, said: 'Noto Sans SC from npm through a fontconfig file (no serif face)' };
}

const fontconfig = (systemDirs) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
${systemDirs.map((dir) => `  <dir>${dir}</dir>\n`).join('')}  <cachedir prefix="xdg">fontconfig</cachedir>
${['sans-serif', 'serif', 'monospace', 'system-ui'].map((name) => `  <alias><family>${name}</family><default><family>Noto Sans SC</family></default></alias>`).join('\n')}
</fontconfig>
`;
