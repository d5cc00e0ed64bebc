import { hexDigest, digestsOf } from '../digests';
import { checkCustodyLine } from '../log/entry';
import { jsonBytes, parseJsonLines } from '../strict-json';
import type { Context, CustodyRecord } from './context';
import { verifyPlace } from './v5-log';

const CUSTODY = 'proofs/custody.jsonl';
const ATTACHMENTS = 'attachments/';
const CUSTODY_LIMIT = 16 * 1024 * 1024;

/** Reads the chain; V5 needs it as well. */
export async function openCustody(ctx: Context): Promise<void> {
  try {
    const bytes = await ctx.read(CUSTODY, CUSTODY_LIMIT);
    if (!bytes) return;
    ctx.custody = parseJsonLines(bytes).map((value) => {
      const line = checkCustodyLine(value);
      return { ...line, bytes: jsonBytes(line.entry) };
    });
  } catch (error) {
    ctx.say('V6', 'CUSTODY_GAP', CUSTODY, (error as Error).message);
  }
}

/** Every event of this package, from the request on, each naming the one before; the last one is in the ledger and in SEAL. */
export async function verifyCustody(ctx: Context): Promise<void> {
  if (!ctx.manifest) return;
  ctx.done.add('V6');
  if (!ctx.files.has(CUSTODY)) return ctx.say('V6', 'CUSTODY_GAP', CUSTODY, 'no custody chain', 'indeterminate');
  ctx.custody.forEach((record, i) => verifyLine(ctx, record, i));
  verifyBeginning(ctx);
  verifyAttachments(ctx);
  const last = ctx.custody.at(-1);
  if (!last) return ctx.say('V6', 'CUSTODY_GAP', CUSTODY, 'empty');
  const { custody } = ctx.seal ?? {};
  if (custody && (custody.events !== ctx.custody.length || custody.lastEntrySha256 !== hexDigest('sha256', last.bytes))) {
    ctx.say('V6', 'CUSTODY_HEAD', CUSTODY, `SEAL says ${custody.events} events, here are ${ctx.custody.length}`);
  }
  await verifyPlace(ctx, 'V6', last, 'sha256', 'proofs/custody.tlog-proof');
}

function verifyLine(ctx: Context, { entry, event, idx }: CustodyRecord, i: number): void {
  const subject = `${CUSTODY}#${i + 1}`;
  const before = ctx.custody[i - 1];
  if (entry.subject !== ctx.manifest?.id || entry.seq !== i || (before && before.idx >= idx)) {
    ctx.say('V6', 'CUSTODY_GAP', subject, `${entry.subject} ${entry.seq} at ${idx}`);
  }
  if (entry.prev !== (before ? hexDigest('sha256', before.bytes) : '')) ctx.say('V6', 'CUSTODY_LINK', subject, 'prev');
  if (event === null) return ctx.note('BODY_ERASED', subject, entry.type);
  const body = digestsOf(jsonBytes(event));
  if (body.sha256 !== entry.body.sha256 || body.sm3 !== entry.body.sm3) ctx.say('V6', 'CUSTODY_LINK', subject, 'event');
}

/**
 * Papers that came after the fixation are in no manifest: each has an entry of its own, by which it can neither be slipped in by whoever
 * holds the seal nor be left out. Where the event behind an entry was erased, nobody can tell which paper it was.
 */
function verifyAttachments(ctx: Context): void {
  const added = ctx.custody.filter(({ entry }) => entry.type === 'attestation.added').map(({ event }) => event);
  const told = new Map(added.flatMap((event) => (event ? [[String(event.path), String(event.blob)]] : [])));
  for (const [path, blob] of told) {
    if (path.startsWith(ATTACHMENTS) && ctx.files.get(path)?.sha256 !== blob)
      ctx.say('V6', 'CUSTODY_LINK', path, 'is not the paper that the chain tells of');
  }
  const effect = added.includes(null) ? 'indeterminate' : 'failed';
  for (const path of ctx.files.keys()) {
    if (path.startsWith(ATTACHMENTS) && !told.has(path)) ctx.say('V6', 'CUSTODY_LINK', path, 'no entry tells of it', effect);
  }
}

/** The request was logged before anything was captured, and it is this request. */
function verifyBeginning(ctx: Context): void {
  const [first] = ctx.custody;
  if (!first || !ctx.manifest) return;
  if (first.entry.type !== 'job.requested')
    return ctx.say('V6', 'CUSTODY_GAP', `${CUSTODY}#1`, 'does not begin with the request');
  const request = ctx.files.get('record/request.json');
  // The request is what the chain begins with: it may not be withheld, and a package without it shows none.
  const sameRequest = first.event === null || first.event.requestSha256 === request?.sha256;
  if (hexDigest('sha256', first.bytes) !== ctx.manifest.request.entrySha256 || !sameRequest) {
    ctx.say('V6', 'CUSTODY_LINK', `${CUSTODY}#1`, 'is of another request');
  }
}
