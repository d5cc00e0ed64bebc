import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Db, Log } from '../../platform';
import { type TrustBundle, verifierOf } from '../../proof';
import { ContentService } from '../app/content.service';
import { EvidenceService } from '../app/evidence.service';
import { packageStates } from '../domain/package.states';
import { LedgerTrees } from '../store/ledger-trees';
import { LedgerSequencer } from './ledger-sequencer';

/**
 * Closes the log of a year that is over, once every custody chain that began in it is at its end: its packages are disposed of, refused or
 * failed, its keys have ended or are revoked. As a chain stays in the log in which it began, that may take as long as evidence is kept.
 */
@Injectable()
export class LogCloser {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly evidence: EvidenceService,
    private readonly content: ContentService,
    private readonly trees: LedgerTrees,
    private readonly sequencer: LedgerSequencer,
    private readonly log: Log,
  ) {}

  /** Looks at every log of an earlier year that is open; returns those closed now. */
  async look(): Promise<string[]> {
    const current = this.evidence.currentLog();
    const origins = await this.db.tx((tx) => this.trees.openOrigins(tx));
    const keys = livingKeys(this.content.trust(), this.clock.now().toISOString());
    const closed: string[] = [];
    for (const origin of origins.filter((each) => each < current && isSibling(each, current))) {
      const size = await this.sequencer.close(origin, (tx) => isOngoing(tx, origin, keys));
      if (size === null) continue;
      this.log.info('ledger.closed', { origin, size });
      closed.push(origin);
    }
    return closed;
  }
}

function isSibling(origin: string, other: string): boolean {
  const family = (log: string): string => log.slice(0, log.lastIndexOf('/'));
  return family(origin) === family(other);
}

/** Names of keys that may still be used, and so revoked. */
function livingKeys(trust: TrustBundle, now: string): string[] {
  const keys = [...trust.signers, ...trust.logs].filter(({ to, revoked }) => to >= now && !revoked);
  return keys.map(({ vkey }) => verifierOf(vkey).name);
}

/** Whether a chain of the log may still go on. */
async function isOngoing(tx: EntityManager, origin: string, keys: readonly string[]): Promise<boolean> {
  const [{ ongoing }] = await tx.query<[{ ongoing: boolean }]>(
    `SELECT EXISTS (
       SELECT FROM (SELECT id AS subject FROM evidence_package WHERE state <> ALL ($2) UNION ALL SELECT unnest($3::text[])) AS s
       JOIN ledger_entry e ON e.subject = s.subject AND e.seq = 0 JOIN ledger_place p ON p.entry_id = e.id WHERE p.origin = $1) AS ongoing`,
    [origin, packageStates.final, keys],
  );
  return ongoing;
}
