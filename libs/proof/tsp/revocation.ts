import {
  bitsOf,
  children,
  context,
  type Der,
  explicit,
  expectTag,
  integerHex,
  oidOf,
  readDer,
  sequenceOf,
  TAG,
  timeOf,
} from '../asn1/read';
import { OID } from '../asn1/oids';
import { equalBytes, toHex } from '../bytes';
import { type Certificate, fullNameOf, verifyWith } from './certificate';

/** A revocation list (RFC 5280) taken apart; whose it is and whether it is true are other questions. */
export interface RevocationList {
  /** Name of the issuer as DER. */
  issuer: Uint8Array;
  thisUpdate: string;
  nextUpdate: string | null;
  /** Serial number to the moment from which it counts no longer. */
  revoked: Map<string, string>;
  /** Which certificates it is about; null for a list that this profile does not read: of changes only, of other issuers, of some reasons. */
  scope: ListScope | null;
  signed: Uint8Array;
  algorithm: string;
  signature: Uint8Array;
}

interface ListScope {
  /** Addresses of the one distribution point it stands for; null: all. */
  urls: string[] | null;
  only: 'users' | 'authorities' | null;
}

/** Signed by the issuer, who may sign lists, and of a kind that this profile reads. */
export function isListOf(list: RevocationList, issuer: Certificate): boolean {
  return (
    list.scope !== null &&
    issuer.maySignLists &&
    equalBytes(list.issuer, issuer.subject) &&
    verifyWith(issuer.key, list.algorithm, list.signed, list.signature)
  );
}

/**
 * Whether the absence of the certificate in the list means something: the list is about such certificates, it was still good at the
 * moment or came after it, and it is not so late that an expired certificate may have been taken off it.
 */
export function saysOf(list: RevocationList, certificate: Certificate, instant: string): boolean {
  if (list.revoked.has(certificate.serial)) return true;
  return isAbout(list, certificate) && (list.nextUpdate ?? list.thisUpdate) >= instant && list.thisUpdate <= certificate.notAfter;
}

/** Whether a certificate of this kind and distribution point would stand in the list if it were revoked. */
export function isAbout({ scope }: RevocationList, { isCa, listUrls }: Certificate): boolean {
  if (scope === null || (scope.only !== null && scope.only !== (isCa ? 'authorities' : 'users'))) return false;
  return scope.urls === null || scope.urls.some((url) => listUrls.includes(url));
}

export function parseRevocationList(bytes: Uint8Array): RevocationList {
  const [tbs, algorithm, signature] = sequenceOf(readDer(bytes));
  const fields = sequenceOf(tbs);
  if (fields[0]?.tag === TAG.integer) fields.shift();
  const [, issuer, thisUpdate, ...rest] = fields;
  const next = rest[0]?.tag === TAG.utcTime || rest[0]?.tag === TAG.time ? timeOf(rest.shift()) : null;
  const lines = rest[0]?.tag === TAG.sequence ? children(rest.shift()!) : [];
  const extensions = rest.find((field) => field.tag === context(0));
  return {
    issuer: expectTag(issuer, TAG.sequence).whole,
    thisUpdate: timeOf(thisUpdate),
    nextUpdate: next,
    revoked: new Map(
      lines.map((line) => {
        const [serial, at] = sequenceOf(line);
        return [integerHex(serial), timeOf(at)];
      }),
    ),
    scope: scopeOf(extensions ? sequenceOf(explicit(extensions, context(0))) : []),
    signed: tbs!.whole,
    algorithm: oidOf(sequenceOf(algorithm)[0]),
    signature: bitsOf(signature),
  };
}

function scopeOf(extensions: Der[]): ListScope | null {
  const scope: ListScope = { urls: null, only: null };
  for (const extension of extensions) {
    const parts = sequenceOf(extension);
    const critical = parts.length === 3 && toHex(expectTag(parts[1], TAG.boolean).value) === 'ff';
    if (oidOf(parts[0]) !== OID.issuingDistributionPoint) {
      if (critical) return null;
      continue;
    }
    for (const part of sequenceOf(readDer(expectTag(parts.at(-1), TAG.octets).value))) {
      const yes = toHex(part.value) === 'ff';
      if (part.tag === context(0)) scope.urls = fullNameOf(explicit(part, context(0)));
      else if (part.tag !== 0x81 && part.tag !== 0x82) return null;
      else if (yes) scope.only = part.tag === 0x81 ? 'users' : 'authorities';
    }
  }
  return scope;
}
