import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { actsFault, type SessionAct, type SessionEnd, type SessionView } from '../../capture/capture.contract';
import { Clock } from '../../kernel';
import { Db, type SessionOfficer } from '../../platform';
import { EvidenceProblem } from '../domain/problems';
import { PackageRow } from '../store/evidence.entity';
import { EvidenceSessionRow, EvidenceSessionViewRow } from '../store/session.entity';
import { SessionLink } from './session-link';

/** Who drives keeps the wheel as long as his console asks; a console that fell silent loses it after this time. */
const WHEEL_MS = 20_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface Opening {
  /** Names this opening in what follows. */
  view: string;
  driving: boolean;
}

/**
 * A page under an officer's hand, for the two makers named in the request and nobody else: to others it does not exist. Every
 * opening is in the audit trail before the first picture; one opening at a time drives. Basis: 程序规定 art. 22, 26.
 */
@Injectable()
export class SessionService {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly trail: AuditTrail,
    private readonly link: SessionLink,
  ) {}

  /**
   * Opens the picture, and takes the wheel when asked to. Refuses with `sessionDriven` while the other maker drives; the same
   * officer in a new window takes it from his old one. Refuses with `sessionAway` when the page is not there (yet).
   */
  open(packageId: string, officer: SessionOfficer, drive: boolean): Promise<Opening> {
    return this.db.tx(async (tx) => {
      await this.ofMaker(tx, packageId, officer);
      const row = await this.running(tx, packageId);
      const view = randomUUID();
      const at = this.clock.now();
      if (drive) await this.refuseIfDrivenByOther(tx, row, officer);
      await tx.insert(EvidenceSessionViewRow, { id: view, packageId, officerId: officer.id, at });
      if (drive) await this.giveWheel(tx, packageId, view);
      await this.trail.record(tx, { act: 'exhibit.sessionView', kind: 'exhibit', id: packageId, details: { view, drive } });
      return { view, driving: drive };
    });
  }

  /** The next picture for an opening, and whether it still drives. The asking keeps the wheel. */
  async look(
    packageId: string,
    officer: SessionOfficer,
    view: string,
    known: number,
  ): Promise<SessionView & { driving: boolean }> {
    const { secret, driving } = await this.db.tx(async (tx) => {
      const row = await this.ofOpening(tx, packageId, officer, view);
      const driving = row.driverView === view;
      if (driving) await this.giveWheel(tx, packageId, view);
      return { secret: row.secret!, driving };
    });
    // Outside of the transaction: the page answers when there is something new.
    return { ...(await this.link.view(packageId, secret, known)), driving };
  }

  /** Refuses with `sessionNotDriving` for an opening that has not the wheel, and with `notAnAct`. The texts go nowhere but to the page. */
  async act(packageId: string, officer: SessionOfficer, view: string, acts: unknown): Promise<void> {
    const secret = await this.atTheWheel(packageId, officer, view);
    const fault = actsFault(acts);
    if (fault) throw EvidenceProblem.notAnAct({ fault });
    await this.link.act(packageId, secret, acts as SessionAct[]);
  }

  /** Take the page as it stands, or leave it with an observation. */
  async end(packageId: string, officer: SessionOfficer, view: string, how: SessionEnd): Promise<void> {
    const secret = await this.atTheWheel(packageId, officer, view);
    // On record before the page hears of it: afterwards a lost database would leave an end that nobody asked for.
    await this.db.tx((tx) =>
      this.trail.record(tx, { act: 'exhibit.sessionEnd', kind: 'exhibit', id: packageId, details: { view, how } }),
    );
    await this.link.end(packageId, secret, how);
  }

  private atTheWheel(packageId: string, officer: SessionOfficer, view: string): Promise<string> {
    return this.db.tx(async (tx) => {
      const row = await this.ofOpening(tx, packageId, officer, view);
      if (row.driverView !== view) throw EvidenceProblem.sessionNotDriving();
      await this.giveWheel(tx, packageId, view);
      return row.secret!;
    });
  }

  /** Both makers, by their accounts in the request; the rest get the answer of a package that does not exist. */
  private async ofMaker(tx: EntityManager, packageId: string, officer: SessionOfficer): Promise<PackageRow> {
    const row = await tx.findOneBy(PackageRow, { id: packageId });
    const maker = row?.request.makers.some(({ account, role }) => role === 'officer' && account === officer.account);
    if (!row || !maker || !('mode' in row.request) || row.request.mode !== 'interactive') throw EvidenceProblem.notFound();
    return row;
  }

  private async running(tx: EntityManager, packageId: string): Promise<EvidenceSessionRow> {
    const [row] = await tx.query<{ driver_view: string | null; driver_until: Date | null; secret: string | null }[]>(
      'SELECT secret, driver_view, driver_until FROM evidence_session WHERE package_id = $1 AND ended_at IS NULL FOR UPDATE',
      [packageId],
    );
    if (!row?.secret) throw EvidenceProblem.sessionAway();
    return Object.assign(new EvidenceSessionRow(), {
      packageId,
      secret: row.secret,
      driverView: row.driver_view,
      driverUntil: row.driver_until,
    });
  }

  private async ofOpening(
    tx: EntityManager,
    packageId: string,
    officer: SessionOfficer,
    view: string,
  ): Promise<EvidenceSessionRow> {
    await this.ofMaker(tx, packageId, officer);
    const opening =
      UUID.test(view) && (await tx.findOneBy(EvidenceSessionViewRow, { id: view, packageId, officerId: officer.id }));
    if (!opening) throw EvidenceProblem.notFound();
    return this.running(tx, packageId);
  }

  private async refuseIfDrivenByOther(tx: EntityManager, row: EvidenceSessionRow, officer: SessionOfficer): Promise<void> {
    if (!row.driverView || !row.driverUntil || row.driverUntil <= this.clock.now()) return;
    const driver = await tx.findOneBy(EvidenceSessionViewRow, { id: row.driverView });
    if (driver && driver.officerId !== officer.id) throw EvidenceProblem.sessionDriven();
  }

  private async giveWheel(tx: EntityManager, packageId: string, view: string): Promise<void> {
    const until = new Date(this.clock.now().getTime() + WHEEL_MS);
    await tx.update(EvidenceSessionRow, { packageId }, { driverView: view, driverUntil: until });
  }
}
