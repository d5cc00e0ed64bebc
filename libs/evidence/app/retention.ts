import type { EntityManager } from 'typeorm';
import type { PackageRow } from '../store/evidence.entity';

export interface RetentionObstacle {
  because: 'caseRunning' | 'forEver' | 'until' | 'unknown';
  /** Last day on which it must be kept, `YYYY-MM-DD`, where there is one. */
  until: string | null;
}

/**
 * Port: whether a package must still be kept. The rooms above know the cases that rest on it; where nobody answers, nothing is
 * disposed of.
 */
export abstract class EvidenceRetention {
  /** Null when nothing stands against disposing of the package today. */
  abstract obstacle(tx: EntityManager, row: PackageRow): Promise<RetentionObstacle | null>;
}
