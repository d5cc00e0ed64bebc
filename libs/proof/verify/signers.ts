import { equalBytes } from '../bytes';
import type { Note, NoteSignature } from '../note/note';
import { stateOfSignature } from '../note/note';
import { verifierOf } from '../note/verifier';
import type { SignerRole } from '../trust-bundle';
import type { Context } from './context';
import type { ReasonCode, StepId } from './report';

export interface SignedBy {
  step: StepId;
  subject: string;
  bad: ReasonCode;
  unknown: ReasonCode;
  /** Of the first signer; further ones may be the agency's. */
  role: SignerRole;
  /** When the signature was made, as the note or the manifest says; null when neither could be read. */
  at: string | null;
  /** A moment before which the signature existed by the word of others, or null. */
  datedBefore: string | null;
}

/** The signature lines are exactly those that the text names, in that order, each valid, by keys that were allowed to sign then. */
export function verifySigners(ctx: Context, note: Note, named: readonly string[], rule: SignedBy): void {
  const names = note.signatures.map((signature) => signature.name);
  if (names.join(' ') !== named.join(' ')) {
    ctx.say(rule.step, rule.bad, rule.subject, `lines of ${names.join(' ')}, named are ${named.join(' ')}`);
    return;
  }
  const verifiers = ctx.bundle.signers.map((signer) => verifierOf(signer.vkey));
  for (const [i, signature] of note.signatures.entries()) {
    const state = stateOfSignature(note, signature, verifiers);
    if (state === 'unknown') ctx.say(rule.step, rule.unknown, signature.name, rule.subject, 'indeterminate');
    else if (state !== 'valid') ctx.say(rule.step, rule.bad, rule.subject, `signature of ${signature.name}`);
    else verifyKey(ctx, signature, i === 0 ? [rule.role] : [rule.role, 'agency'], rule);
  }
}

/** Of this very key: another one may bear the same name, and its period and role say nothing about the one that signed. */
function verifyKey(ctx: Context, { name, keyId }: NoteSignature, roles: SignerRole[], rule: SignedBy): void {
  const isSame = (vkey: string) => equalBytes(verifierOf(vkey).keyId, keyId);
  const keys = ctx.bundle.signers.filter((signer) => signer.name === name && isSame(signer.vkey));
  const fit = keys.filter((key) => key.roles.some((role) => roles.includes(role)));
  if (fit.length === 0) return ctx.say(rule.step, 'KEY_ROLE', name, rule.subject);
  const at = rule.at;
  if (at === null) return;
  const current = fit.find((key) => key.from <= at && at <= key.to);
  if (!current) return ctx.say(rule.step, 'KEY_PERIOD', name, `${rule.subject} at ${at}`);
  const revoked = current.revoked;
  if (revoked && !(rule.datedBefore !== null && rule.datedBefore < revoked.invalidFrom)) {
    ctx.say(rule.step, 'KEY_REVOKED', name, `${rule.subject}: ${revoked.reason}`);
  }
}
