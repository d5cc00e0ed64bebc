import { equalBytes } from '../bytes';
import type { Certificate } from './certificate';
import { isAnswerOf, lineAt, linesAbout, type OcspAnswer, parseOcspAnswer, type Standing } from './ocsp';
import { isListOf, parseRevocationList, type RevocationList, saysOf } from './revocation';

/**
 * What lists and OCSP answers of the issuer say of the certificate at `instant`. Where they disagree the stricter counts: revoked by one is
 * revoked. What is neither, or not of this issuer, is passed over.
 */
export function standingOf(
  certificate: Certificate,
  issuer: Certificate,
  instant: string,
  material: readonly Uint8Array[],
): Standing {
  let standing: Standing = 'unknown';
  for (const bytes of material) {
    const { list, answer } = opened(bytes);
    const told = list ? ofList(list, certificate, issuer, instant) : answer ? ofAnswer(answer, certificate, issuer, instant, material) : 'unknown'; // prettier-ignore
    if (told === 'revoked') return told;
    if (told === 'good') standing = told;
  }
  return standing;
}

function ofList(list: RevocationList, certificate: Certificate, issuer: Certificate, instant: string): Standing {
  if (!isListOf(list, issuer)) return 'unknown';
  const at = list.revoked.get(certificate.serial);
  if (at !== undefined && at <= instant) return 'revoked';
  return saysOf(list, certificate, instant) ? 'good' : 'unknown';
}

function ofAnswer(
  answer: OcspAnswer,
  certificate: Certificate,
  issuer: Certificate,
  instant: string,
  material: readonly Uint8Array[],
): Standing {
  const said = linesAbout(answer, certificate, issuer).map((line) => lineAt(line, answer, certificate, instant));
  // The signature last: it is what costs.
  if (said.every((one) => one === 'unknown') || !isHeld(answer, issuer, material)) return 'unknown';
  return said.includes('revoked') ? 'revoked' : 'good';
}

const held = new WeakMap<readonly Uint8Array[], { answer: OcspAnswer; issuer: Uint8Array; is: boolean }[]>();

/** Asked of the same few answers for every token of a package. What else lies beside them decides too: a list may name the responder. */
function isHeld(answer: OcspAnswer, issuer: Certificate, material: readonly Uint8Array[]): boolean {
  const known = held.get(material) ?? [];
  held.set(material, known);
  const before = known.find((one) => one.answer === answer && equalBytes(one.issuer, issuer.der));
  if (before) return before.is;
  const isGone = ({ serial }: Certificate): boolean =>
    material.some((bytes) => {
      const { list } = opened(bytes);
      const at = list?.revoked.get(serial);
      return list !== null && at !== undefined && at <= answer.producedAt && isListOf(list, issuer);
    });
  const is = isAnswerOf(answer, issuer, isGone);
  known.push({ answer, issuer: issuer.der, is });
  return is;
}

interface Opened {
  list: RevocationList | null;
  answer: OcspAnswer | null;
}

const read = new WeakMap<Uint8Array, Opened>();

function opened(bytes: Uint8Array): Opened {
  let found = read.get(bytes);
  if (!found) {
    const list = attempt(() => parseRevocationList(bytes));
    found = { list, answer: list ? null : attempt(() => parseOcspAnswer(bytes)) };
    read.set(bytes, found);
  }
  return found;
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
