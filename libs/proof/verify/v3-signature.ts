import { parseManifestSig, type ManifestSig } from '../manifest/manifest-sig';
import { NOTE_LIMIT, parseNote, type Note } from '../note/note';
import type { Context } from './context';
import { verifySigners } from './signers';

const SUBJECT = 'MANIFEST.sig';

/** The key of the worker that made the capture signed this manifest. `datedBefore`: time of the earliest trusted token over the signature. */
export async function verifySignature(ctx: Context, datedBefore: string | null): Promise<void> {
  const manifestFile = ctx.files.get('MANIFEST.json');
  if (!manifestFile) return;
  ctx.done.add('V3');
  const opened = await openSignature(ctx);
  if (!opened) return;
  const { note, sig } = opened;
  const same = sig.size === manifestFile.size && sig.sha256 === manifestFile.sha256 && sig.sm3 === manifestFile.sm3;
  if (!same) ctx.say('V3', 'MANIFEST_SIGNATURE', SUBJECT, 'is of another manifest');
  if (ctx.manifest && sig.id !== ctx.manifest.id) ctx.say('V3', 'MANIFEST_SIGNATURE', SUBJECT, 'is of another package');
  verifySigners(ctx, note, sig.signers, {
    step: 'V3',
    subject: SUBJECT,
    bad: 'MANIFEST_SIGNATURE',
    unknown: 'MANIFEST_KEY_UNKNOWN',
    role: ctx.manifest === null || ctx.manifest.kind === 'web_capture' ? 'worker' : 'import',
    at: ctx.manifest?.time.finishedAt ?? null,
    datedBefore,
  });
}

async function openSignature(ctx: Context): Promise<{ note: Note; sig: ManifestSig } | null> {
  try {
    const bytes = await ctx.read(SUBJECT, NOTE_LIMIT);
    if (!bytes) {
      ctx.say('V3', 'FILE_MISSING', SUBJECT);
      return null;
    }
    const note = parseNote(bytes);
    return { note, sig: parseManifestSig(note.text) };
  } catch (error) {
    ctx.say('V3', 'MANIFEST_SIGNATURE', SUBJECT, (error as Error).message);
    return null;
  }
}
