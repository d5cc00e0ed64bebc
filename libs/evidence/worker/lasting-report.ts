import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  certificatesOf,
  hexDigest,
  type Material,
  signedPartOf,
  stampedPart,
  TOKEN_ROOM,
  TokenFault,
  tokenOf,
  updateOf,
  verifyToken,
  withToken,
} from '../../proof';
import { ContentService } from '../app/content.service';
import { StampRevocation } from '../store/stamp-revocation';
import type { ReceivedToken } from './authorities';
import { SignatureStamper } from './signature-stamper';

/**
 * Adds to a printed, signed and dated report (PAdES B-T) what makes it last when certificates end (B-LTA): whom the issuers behind its
 * time stamp had revoked, and a document time stamp over all of it. Each export prints its report anew, so one after a renewal has
 * what was found out since.
 */
@Injectable()
export class LastingReport {
  constructor(
    private readonly content: ContentService,
    private readonly store: StampRevocation,
    private readonly stamper: SignatureStamper,
  ) {}

  /**
   * The report as it is where that cannot be said of every certificate yet, where the authority is our own, or where nobody dates it: a
   * document time stamp over half of the material would promise more than it holds. It never holds an export up.
   */
  async of(tx: EntityManager, report: Uint8Array, signature: Uint8Array, dated: ReceivedToken): Promise<Uint8Array> {
    const { tsa, chain } = dated.token;
    if (tsa.internal) return report;
    const below = chain.slice(0, -1).map(({ der }) => hexDigest('sha256', der));
    const kept = await this.store.newestLists(tx, below);
    const told = (kind: string): Uint8Array[] => kept.filter((row) => row.kind === kind).map(({ list }) => new Uint8Array(list));
    const [lists, answers] = [told('crl'), told('ocsp')];
    if (!this.isKnownGood(signature, dated, [...lists, ...answers])) return report;
    const part = signedPartOf(report);
    const shown = [...certificatesOf(report, part), ...chain.map(({ der }) => der)];
    const certificates = [...new Map(shown.map((der) => [hexDigest('sha256', der), der])).values()];
    const material: Material = { certificates, lists, answers };
    const update = updateOf(report, part, material);
    const received = await this.stamper.ask(stampedPart(report, update));
    const token = received && tokenOf(received.bytes);
    return token && token.length <= TOKEN_ROOM ? withToken(report, update, token) : report;
  }

  /** That no certificate behind the stamp of the signature was revoked when it was made is said by somebody for each of them. */
  private isKnownGood(signature: Uint8Array, { bytes }: ReceivedToken, material: Uint8Array[]): boolean {
    try {
      return verifyToken(bytes, { stamped: signature, tsa: this.content.trust().tsa, material }).unlooked.length === 0;
    } catch (fault) {
      if (fault instanceof TokenFault) return false; // revoked
      throw fault;
    }
  }
}
