import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { ContentService, EvidenceService, FIXED_STATES, PackageRow } from '../../evidence';
import type { Reach } from '../domain/verdict';
import { type LookRequest, type LookResult, Looks } from './outside';

/** How a capture that brought no page home tells why. What is not on the list says nothing about the site. */
const REACH: readonly [RegExp, Reach][] = [
  // What a vantage point of ours could not do comes first: nothing in it is the site's.
  [/^vantage /, 'vantage'],
  [/^nameNotResolved$/, 'nameGone'],
  [/ECONNREFUSED/, 'refused'],
  [/ETIMEDOUT|timeout|pageMs|jobMs|ERR_TIMED_OUT/i, 'timeout'],
  [/CERT|SSL|TLS|EPROTO/, 'tls'],
  [/^(address|port|scheme|host|egress|loadingStopped)/, 'blocked'],
];

/** Looks as captures of the evidence room: asked for like any other, read back from the fixed package. */
@Injectable()
export class EvidenceLooks extends Looks {
  constructor(
    private readonly evidence: EvidenceService,
    private readonly content: ContentService,
  ) {
    super();
  }

  vantages(): readonly [string, ...string[]] {
    return this.evidence.vantages();
  }

  async request(tx: EntityManager, look: LookRequest): Promise<string> {
    const { url, profile, vantage, caseId, caseNumber, outletId, orderId, officers, divisionCode, place, factToProve } = look;
    const request = {
      url,
      profile,
      vantage,
      purpose: '复查',
      factToProve,
      place,
      divisionCode,
      officerIds: officers.slice(0, 2),
      outletId,
      caseId,
      caseRef: caseNumber,
      orderId,
    };
    return (await this.evidence.requestCapture(tx, request)).id;
  }

  async result(tx: EntityManager, packageId: string): Promise<LookResult | null> {
    const row = await this.evidence.get(tx, packageId);
    const { navigation } = row;
    if (FIXED_STATES.includes(row.state)) {
      const at = row.fixedAt ?? row.requestedAt;
      // A package without navigation was cut off by a limit before the site had answered.
      if (!navigation) return { reach: 'timeout', status: null, urlFinal: null, text: '', ip: null, at };
      return {
        reach: 'answered',
        status: navigation.status,
        urlFinal: navigation.urlFinal,
        text: await this.content.textOf(tx, packageId),
        ip: navigation.ip,
        at,
      };
    }
    if (row.state !== 'failed' && row.state !== 'refused') return null;
    const reach = row.state === 'refused' ? 'blocked' : reachOf(row.reason ?? '');
    return { reach, status: null, urlFinal: null, text: '', ip: null, at: row.requestedAt };
  }

  text(tx: EntityManager, packageId: string): Promise<string> {
    return this.content.textOf(tx, packageId);
  }

  async fetchedAt(tx: EntityManager, packageIds: readonly string[]): Promise<Map<string, { at: Date; url: string }>> {
    const rows = await tx.findBy(PackageRow, { id: In([...packageIds]), state: In([...FIXED_STATES]) });
    const answered = rows.filter(
      ({ navigation, fixedAt }) => fixedAt && navigation && navigation.status >= 200 && navigation.status < 400,
    );
    return new Map(answered.map(({ id, url, fixedAt }) => [id, { at: fixedAt!, url }]));
  }
}

export function reachOf(reason: string): Reach {
  return REACH.find(([pattern]) => pattern.test(reason))?.[1] ?? 'other';
}
