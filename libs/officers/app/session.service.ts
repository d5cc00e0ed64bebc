import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { TOTP, Secret } from 'otpauth';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Db, type Scope, type SessionOfficer, systemClaims } from '../../platform';
import { isPassword } from '../domain/password';
import { OfficersProblem } from '../domain/problems';
import { type Role, ROLE_PERMISSIONS, type RolePermissions, widest } from '../domain/roles';
import { officersConfig, type OfficersConfig } from '../officers.config';
import { OfficerRow, OfficerSecretRow, SessionRow } from '../store/officer.entity';

export interface OpenSession {
  officer: SessionOfficer;
  scope: Scope;
  csrfToken: string;
}

const MAX_FAILURES = 5;
const TOTP_STEP_S = 30;
const MINUTE = 60_000;

const digest = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Signing in and out, and what a session token stands for. The database holds digests of tokens, never tokens. */
@Injectable()
export class SessionService {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    @Inject(officersConfig.provide) private readonly config: OfficersConfig,
    @Inject(ROLE_PERMISSIONS) private readonly permissions: RolePermissions,
  ) {}

  /** Opens a session; ends every other one of the person, as one person works in one place. Refuses with `wrongCredentials` or `locked`. */
  async signIn(account: string, password: string, origin: string): Promise<{ token: string; session: OpenSession }> {
    const found = await this.system((tx) => this.secretOf(tx, account));
    const now = this.clock.now();
    if (found?.lockedUntil && found.lockedUntil > now) throw OfficersProblem.locked({ until: found.lockedUntil.toISOString() });
    // Outside of any transaction: deriving the key takes a tenth of a second and 64 MiB.
    const right = await isPassword(password, found?.passwordHash ?? null);
    if (!found || !right) {
      if (found) await this.countFailure(found.officerId);
      throw OfficersProblem.wrongCredentials();
    }
    const token = randomBytes(32).toString('base64url');
    await this.system(async (tx) => {
      await tx.update(OfficerSecretRow, { officerId: found.officerId }, { failures: 0, lockedUntil: null });
      await tx.query('UPDATE session SET ended_at = $2 WHERE officer_id = $1 AND ended_at IS NULL', [found.officerId, now]);
      await tx.insert(SessionRow, {
        tokenSha256: digest(token),
        officerId: found.officerId,
        csrfToken: randomBytes(24).toString('base64url'),
        startedAt: now,
        seenAt: now,
        secondFactorAt: null,
        endedAt: null,
        origin,
      });
    });
    const session = await this.open(token);
    if (!session) throw OfficersProblem.wrongCredentials();
    return { token, session };
  }

  /** What the token stands for, or null when it stands for nothing any more. Moves the idle time on. */
  async open(token: string): Promise<OpenSession | null> {
    return this.system(async (tx) => {
      const now = this.clock.now();
      const row = await tx.findOneBy(SessionRow, { tokenSha256: digest(token) });
      if (!row || row.endedAt || now.getTime() - row.seenAt.getTime() > this.config.idleMinutes * MINUTE) return null;
      if (now.getTime() - row.startedAt.getTime() > this.config.absoluteHours * 60 * MINUTE) return null;
      const officer = await tx.findOne(OfficerRow, {
        where: { id: row.officerId, state: 'active' },
        relations: { roles: true, unit: true },
      });
      if (!officer) return null;
      // Once a minute is enough for a limit of minutes, and spares a write on every read.
      if (now.getTime() - row.seenAt.getTime() > MINUTE)
        await tx.update(SessionRow, { tokenSha256: row.tokenSha256 }, { seenAt: now });
      const roles = officer.roles.map(({ role }) => role);
      return {
        csrfToken: row.csrfToken,
        scope: widest(officer.roles.map(({ scope }) => scope)),
        officer: {
          id: officer.id,
          account: officer.account,
          name: officer.name,
          certificate: officer.certificate,
          division: officer.divisionCode,
          unit: officer.unit.name,
          roles,
          permissions: this.permissionsOf(roles),
          secondFactorAt: row.secondFactorAt,
        },
      };
    });
  }

  /** After what time without a request a session ends, and what time it is here: a console need not guess either. */
  terms(): { idleTimeoutMs: number; serverTime: Date } {
    return { idleTimeoutMs: this.config.idleMinutes * MINUTE, serverTime: this.clock.now() };
  }

  async signOut(token: string): Promise<void> {
    await this.system((tx) =>
      tx.query('UPDATE session SET ended_at = $2 WHERE token_sha256 = $1', [digest(token), this.clock.now()]),
    );
  }

  /** RFC 6238, steps of 30 s, one step of tolerance; a code counts once. Failures count towards the lock like wrong passwords. */
  async showSecondFactor(token: string, code: string): Promise<Date> {
    const now = this.clock.now();
    const accepted = await this.system(async (tx) => {
      const session = await tx.findOneByOrFail(SessionRow, { tokenSha256: digest(token) });
      const secret = await tx.findOne(OfficerSecretRow, {
        where: { officerId: session.officerId },
        lock: { mode: 'pessimistic_write' },
      });
      if (secret?.lockedUntil && secret.lockedUntil > now)
        throw OfficersProblem.locked({ until: secret.lockedUntil.toISOString() });
      const step = secret?.totpSecret ? stepOf(secret.totpSecret, code, now) : null;
      if (step === null || step <= Number(secret?.totpLastStep ?? -1)) return { officerId: session.officerId, at: null };
      await tx.update(OfficerSecretRow, { officerId: session.officerId }, { totpLastStep: String(step), failures: 0 });
      await tx.update(SessionRow, { tokenSha256: session.tokenSha256 }, { secondFactorAt: now });
      return { officerId: session.officerId, at: now };
    });
    if (!accepted.at) {
      await this.countFailure(accepted.officerId);
      throw OfficersProblem.wrongSecondFactor();
    }
    return accepted.at;
  }

  isFresh(secondFactorAt: Date | null): boolean {
    return secondFactorAt !== null && this.clock.now().getTime() - secondFactorAt.getTime() <= this.config.stepUpMinutes * MINUTE;
  }

  private permissionsOf(roles: readonly Role[]): string[] {
    return [...new Set(roles.flatMap((role) => this.permissions[role]))].sort();
  }

  private secretOf(tx: EntityManager, account: string): Promise<OfficerSecretRow | null> {
    return tx
      .createQueryBuilder(OfficerSecretRow, 's')
      .innerJoin(OfficerRow, 'o', 'o.id = s.officerId')
      .where(`o.account = :account AND o.state = 'active'`, { account })
      .getOne();
  }

  private async countFailure(officerId: string): Promise<void> {
    await this.system((tx) =>
      tx.query(
        `UPDATE officer_secret SET failures = CASE WHEN failures + 1 >= $2 THEN 0 ELSE failures + 1 END,
           locked_until = CASE WHEN failures + 1 >= $2 THEN $3::timestamptz ELSE locked_until END WHERE officer_id = $1`,
        [officerId, MAX_FAILURES, new Date(this.clock.now().getTime() + this.config.lockMinutes * MINUTE)],
      ),
    );
  }

  private system<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.db.as(systemClaims('sign-in'), work);
  }
}

/** The time step for which `code` is right, or null. */
function stepOf(secret: string, code: string, now: Date): number | null {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), period: TOTP_STEP_S });
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: 1 });
  return delta === null ? null : Math.floor(now.getTime() / 1000 / TOTP_STEP_S) + delta;
}
