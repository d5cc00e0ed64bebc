import { SEAL } from '../container/paths';
import { parseSeal, type Seal, type SealedFile } from '../manifest/seal';
import { NOTE_LIMIT, parseNote, type Note } from '../note/note';
import type { Context } from './context';
import { verifySigners } from './signers';

/** SEAL says every file of this export; every file is said. */
export async function verifySeal(ctx: Context): Promise<void> {
  if (ctx.nothingReadable) return;
  ctx.done.add('V1');
  const opened = await openSeal(ctx);
  if (!opened) return;
  const { note, seal } = opened;
  ctx.seal = seal;
  verifySigners(ctx, note, seal.signers, {
    step: 'V1',
    subject: SEAL,
    bad: 'SEAL_SIGNATURE',
    unknown: 'SEAL_KEY_UNKNOWN',
    role: 'seal',
    at: seal.at,
    datedBefore: null,
  });
  for (const line of seal.files) compareFile(ctx, line);
  const said = new Set(seal.files.map((line) => line.path));
  for (const path of ctx.files.keys()) if (path !== SEAL && !said.has(path)) ctx.say('V1', 'FILE_EXTRA', path, 'not in SEAL');
  for (const { path } of seal.withheld) ctx.note('WITHHELD', path);
  if (ctx.files.get('MANIFEST.json') && ctx.files.get('MANIFEST.json')?.sha256 !== seal.manifestSha256) {
    ctx.say('V1', 'FILE_DIGEST', 'MANIFEST.json', 'manifest line of SEAL');
  }
}

async function openSeal(ctx: Context): Promise<{ note: Note; seal: Seal } | null> {
  try {
    const bytes = await ctx.read(SEAL, NOTE_LIMIT);
    if (!bytes) {
      ctx.say('V1', 'FILE_MISSING', SEAL);
      return null;
    }
    const note = parseNote(bytes);
    return { note, seal: parseSeal(note.text) };
  } catch (error) {
    ctx.say('V1', 'SEAL_FORMAT', SEAL, (error as Error).message);
    return null;
  }
}

function compareFile(ctx: Context, line: SealedFile): void {
  const file = ctx.files.get(line.path);
  if (!file) return ctx.say('V1', 'FILE_MISSING', line.path);
  if (file.size !== line.size) return ctx.say('V1', 'FILE_SIZE', line.path, `${file.size} bytes, sealed were ${line.size}`);
  if (file.sha256 !== line.sha256) ctx.say('V1', 'FILE_DIGEST', line.path, 'sha256');
  if (file.sm3 !== line.sm3) ctx.say('V1', 'FILE_DIGEST', line.path, 'sm3');
}
