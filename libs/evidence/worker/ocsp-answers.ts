import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { Db, Log } from '../../platform';
import { type Certificate, isAnswerOf, linesAbout, ocspRequest, parseCertificate, parseOcspAnswer, toHex } from '../../proof';
import { evidenceRevocationConfig, type EvidenceRevocationConfig } from '../evidence-revocation.config';
import { StampRevocation, type WantedList } from '../store/stamp-revocation';
import { RetryLater } from './retry-later';
import { RevocationFetch } from './revocation-fetch';
import { AHEAD_MS, firstThatHolds, type FoundWord, keepWord } from './revocation-kept';

/** An answer has one line and a certificate or two. */
const ANSWER_LIMIT = 64 * 1024;

/**
 * Asks the OCSP responders that certificates behind time stamps name, and keeps their answers beside the stamps, as lists are kept.
 * It holds no stamp up: what cannot be had is told and asked for again.
 */
@Injectable()
export class OcspAnswers {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly store: StampRevocation,
    private readonly later: RetryLater,
    private readonly log: Log,
    private readonly outside: RevocationFetch,
    @Inject(evidenceRevocationConfig.provide) private readonly revocation: EvidenceRevocationConfig,
  ) {}

  /** One look at every certificate behind a kept stamp, once its chain is known (`RevocationLists.look`). */
  async look(): Promise<void> {
    if (!this.revocation.fetches) return;
    for (const wanted of await this.db.tx((tx) => this.store.wanted(tx, 'ocsp', this.clock.now()))) {
      const certificate = parseCertificate(new Uint8Array(wanted.der));
      if (certificate.responderUrls.length === 0) continue;
      await this.later.attempt(`revocation ${wanted.sha256} ocsp`, () => this.collect(wanted, certificate));
    }
  }

  private async collect(wanted: WantedList, certificate: Certificate): Promise<void> {
    const issuer = parseCertificate(new Uint8Array(wanted.issuer));
    const ask = (url: string) => this.ask(url, wanted, certificate, issuer);
    const word = await firstThatHolds(certificate.responderUrls.map((url) => [url, () => ask(url)] as const));
    await keepWord(
      { db: this.db, store: this.store, clock: this.clock, log: this.log },
      { sha256: wanted.sha256, serial: certificate.serial },
      word,
    );
  }

  private async ask(url: string, { moment }: WantedList, certificate: Certificate, issuer: Certificate): Promise<FoundWord> {
    const nonce = new Uint8Array(randomBytes(16));
    const request = { type: 'application/ocsp-request', bytes: ocspRequest(certificate, issuer, nonce) };
    const bytes = new Uint8Array(await this.outside.bytes(url, ANSWER_LIMIT, request));
    const answer = parseOcspAnswer(bytes);
    // Responders that make their answers ahead leave the nonce out; one with another nonce answers somebody else.
    if (answer.nonce !== null && answer.nonce !== `0410${toHex(nonce)}`) throw new Error('answers another question (nonce)');
    const [line, ...more] = linesAbout(answer, certificate, issuer);
    if (!line || more.length > 0) throw new Error('is about other certificates');
    // Whether the issuer took the responder back is the verifier's question: lists of that may come later.
    if (!isAnswerOf(answer, issuer, () => false)) throw new Error('is no answer of the issuer');
    if (line.status === 'unknown') throw new Error('the responder does not know the certificate');
    if (Date.parse(line.thisUpdate) > this.clock.now().getTime() + AHEAD_MS)
      throw new Error(`is of ${line.thisUpdate}, which is still to come`);
    if (line.status === 'good' && Date.parse(line.nextUpdate ?? line.thisUpdate) < moment.getTime())
      throw new Error(`says nothing of ${moment.toISOString()}: it is of ${line.thisUpdate}`);
    const { thisUpdate, nextUpdate, revokedAt, reason } = line;
    return { kind: 'ocsp', bytes, source: url, thisUpdate, nextUpdate, revokedAt, reason };
  }
}
