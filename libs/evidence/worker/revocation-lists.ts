import { readFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Db, Log } from '../../platform';
import {
  type Certificate,
  chainOfToken,
  type ContainerFile,
  hexDigest,
  isAbout,
  isListOf,
  parseCertificate,
  parseRevocationList,
  type RevocationList,
} from '../../proof';
import { ContentService } from '../app/content.service';
import { evidenceRevocationConfig, type EvidenceRevocationConfig } from '../evidence-revocation.config';
import { StampRevocation, trustPath, type WantedList } from '../store/stamp-revocation';
import { RetryLater } from './retry-later';
import { RevocationFetch } from './revocation-fetch';
import { AHEAD_MS, firstThatHolds, keepWord } from './revocation-kept';

/** What readers of packages take for one file of DER (specification, section 5). */
const LIST_LIMIT = 256 * 1024;

interface FoundList {
  bytes: Uint8Array;
  list: RevocationList;
}

/**
 * Asks the issuers of the certificates behind time stamps whom they revoked, and keeps their answers (CRL) beside the stamps: ten
 * years later nobody publishes them any more. It follows the stamps and never holds one up: what cannot be had is told and tried again.
 */
@Injectable()
export class RevocationLists {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly content: ContentService,
    private readonly store: StampRevocation,
    private readonly later: RetryLater,
    private readonly log: Log,
    private readonly outside: RevocationFetch,
    @Inject(evidenceRevocationConfig.provide) private readonly revocation: EvidenceRevocationConfig,
  ) {}

  /** One look at every certificate behind a kept stamp. */
  async look(): Promise<void> {
    await this.readChains();
    for (const wanted of await this.db.tx((tx) => this.store.wanted(tx, 'crl', this.clock.now())))
      if (this.hasList(wanted)) await this.later.attempt(`revocation ${wanted.sha256}`, () => this.collect(wanted));
  }

  /** An issuer that names a responder and no list has none; where it names neither, somebody has to be told that. */
  private hasList({ der }: WantedList): boolean {
    const { listUrls, responderUrls } = parseCertificate(new Uint8Array(der));
    return listUrls.length > 0 || this.revocation.files.length > 0 || !this.revocation.fetches || responderUrls.length === 0;
  }

  /** What an export shows beside its tokens, as `trust/crl-….der` and `trust/ocsp-….der`. */
  async of(tx: EntityManager, tokens: readonly Uint8Array[]): Promise<ContainerFile[]> {
    const certificates = new Set(tokens.flatMap((token) => this.chainOf(token).map(({ sha256 }) => sha256)));
    const lists = await this.store.newestLists(tx, [...certificates]);
    return lists.map((row) => ({ path: trustPath(row), source: new Uint8Array(row.list) }));
  }

  private async readChains(): Promise<void> {
    await this.db.tx(async (tx) => {
      for (const { sha256, token } of await this.store.unread(tx)) {
        const bytes = new Uint8Array(token);
        const genTime = new Date(this.read(bytes)?.genTime ?? this.clock.now());
        await this.store.keepChain(tx, sha256, genTime, this.chainOf(bytes), this.clock.now());
      }
    });
  }

  /** Null for a token whose root the trust bundle does not name any more: of its certificates nobody can be asked. */
  private read(token: Uint8Array): ReturnType<typeof chainOfToken> | null {
    const { tsa } = this.content.trust();
    try {
      return chainOfToken(token, tsa);
    } catch {
      return null;
    }
  }

  /** Certificates of a token below the root. The authority of our own has no issuer that could be asked. */
  private chainOf(token: Uint8Array): { sha256: string; der: Buffer; issuer: Buffer; notAfter: Date }[] {
    const read = this.read(token);
    if (!read || read.tsa.internal) return [];
    return read.chain.slice(0, -1).map(({ der, notAfter }, n) => ({
      sha256: hexDigest('sha256', der),
      der: Buffer.from(der),
      issuer: Buffer.from(read.chain[n + 1]!.der),
      notAfter: new Date(notAfter),
    }));
  }

  private async collect(wanted: WantedList): Promise<void> {
    const certificate = parseCertificate(new Uint8Array(wanted.der));
    const issuer = parseCertificate(new Uint8Array(wanted.issuer));
    const sources = this.sourcesFor(certificate);
    if (sources.length === 0) throw new Error('no file is configured and the certificate names no address of a list');
    const { list, ...word } = await firstThatHolds(
      sources.map(([source, bytesOf]) => [
        source,
        async () => ({ ...this.listIn(await bytesOf(), wanted, certificate, issuer), source }),
      ]),
    );
    const { thisUpdate, nextUpdate } = list;
    const revokedAt = list.revoked.get(certificate.serial) ?? null;
    const found = { ...word, kind: 'crl' as const, thisUpdate, nextUpdate, revokedAt };
    await keepWord(
      { db: this.db, store: this.store, clock: this.clock, log: this.log },
      { sha256: wanted.sha256, serial: certificate.serial },
      found,
    );
  }

  /** The configured files, then the addresses that the certificate names. */
  private sourcesFor(certificate: Certificate): [string, () => Promise<Uint8Array>][] {
    return [
      ...this.revocation.files.map((path): [string, () => Promise<Uint8Array>] => [path, () => fileOf(path)]),
      ...(this.revocation.fetches ? certificate.listUrls : []).map((url): [string, () => Promise<Uint8Array>] => [
        url,
        async () => derOf(await this.outside.bytes(url, LIST_LIMIT)),
      ]),
    ];
  }

  /** Throws when it says nothing that counts. */
  private listIn(bytes: Uint8Array, wanted: WantedList, certificate: Certificate, issuer: Certificate): FoundList {
    if (bytes.length > LIST_LIMIT) throw new Error(`longer than ${LIST_LIMIT} bytes`);
    const list = parseRevocationList(bytes);
    const fault = this.faultOf(list, wanted, certificate, issuer);
    if (fault !== null) throw new Error(fault);
    return { bytes, list };
  }

  private faultOf(list: RevocationList, { moment }: WantedList, certificate: Certificate, issuer: Certificate): string | null {
    if (!isListOf(list, issuer)) return 'is no list of the issuer';
    if (!isAbout(list, certificate) && !list.revoked.has(certificate.serial)) return 'is about other certificates';
    const now = this.clock.now().getTime();
    if (Date.parse(list.thisUpdate) > now + AHEAD_MS) return `is of ${list.thisUpdate}, which is still to come`;
    // One that is over still speaks of every stamp from before it was made.
    const isOver = Date.parse(list.nextUpdate ?? list.thisUpdate) < now && Date.parse(list.thisUpdate) < moment.getTime();
    return isOver && list.nextUpdate !== null ? `was over at ${list.nextUpdate}` : null;
  }
}

async function fileOf(path: string): Promise<Uint8Array> {
  return derOf(await readFile(path));
}

/** Lists come as DER or as text around it. */
function derOf(bytes: Buffer): Uint8Array {
  const text = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/.exec(bytes.toString('latin1'));
  return new Uint8Array(text ? Buffer.from(text[1]!, 'base64') : bytes);
}
