import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Secret } from 'otpauth';
import { type EntityManager, In } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims, Db, type Scope, systemClaims } from '../../platform';
import { hashPassword, passwordFault } from '../domain/password';
import { OfficersProblem } from '../domain/problems';
import type { Role } from '../domain/roles';
import { OfficerRoleRow, OfficerRow, OfficerSecretRow, UnitRow } from '../store/officer.entity';

export interface NewOfficer {
  account: string;
  name: string;
  certificate: string | null;
  unitId: string;
  password: string;
}

/** Who works here. Creating a person gives no rights; rights are granted by another administrator. */
@Injectable()
export class OfficerDirectory {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
  ) {}

  async byId(tx: EntityManager, id: string): Promise<OfficerRow> {
    const officer = await tx.findOne(OfficerRow, { where: { id }, relations: { unit: true, roles: true } });
    if (!officer) throw OfficersProblem.officerNotFound();
    return officer;
  }

  byIds(tx: EntityManager, ids: readonly string[]): Promise<OfficerRow[]> {
    return tx.find(OfficerRow, { where: { id: In([...ids]) }, relations: { unit: true, roles: true } });
  }

  /**
   * The two officers who take evidence or handle a case together: different people, active, each with a certificate.
   * Basis: 程序规定 art. 22; 行政处罚法 art. 42.
   */
  async pair(tx: EntityManager, ids: readonly string[]): Promise<OfficerRow[]> {
    const officers = await this.byIds(tx, ids);
    const fit = officers.filter((officer) => officer.certificate && officer.state === 'active');
    if (new Set(ids).size < 2 || fit.length !== ids.length) throw OfficersProblem.pairRequired();
    return ids.map((id) => fit.find((officer) => officer.id === id)!);
  }

  async unit(tx: EntityManager, id: string): Promise<UnitRow> {
    return tx.findOneByOrFail(UnitRow, { id });
  }

  /** The agency that acts in a division: its own unit, else the nearest above. */
  async agencyOf(tx: EntityManager, divisionCode: string): Promise<UnitRow> {
    const above = [divisionCode, `${divisionCode.slice(0, 4)}00`, `${divisionCode.slice(0, 2)}0000`];
    const units = await tx.find(UnitRow, { where: { divisionCode: In(above) }, order: { name: 'ASC' } });
    const unit = above.flatMap((code) => units.filter((row) => row.divisionCode === code))[0];
    if (!unit) throw OfficersProblem.officerNotFound();
    return unit;
  }

  /** Creates an account without any role; returns it with the secret of its second factor, shown this once. */
  async create(tx: EntityManager, input: NewOfficer): Promise<{ officer: OfficerRow; totpSecret: string }> {
    const fault = passwordFault(input.password, input.account);
    if (fault) throw OfficersProblem.weakPassword({ fault });
    if (await tx.existsBy(OfficerRow, { account: input.account })) throw OfficersProblem.accountTaken({ account: input.account });
    if (input.certificate && (await tx.existsBy(OfficerRow, { certificate: input.certificate })))
      throw OfficersProblem.certificateTaken({ certificate: input.certificate });
    const unit = await tx.findOneBy(UnitRow, { id: input.unitId });
    if (!unit) throw OfficersProblem.officerNotFound();
    const id = randomUUID();
    const at = this.clock.now();
    const totpSecret = new Secret({ size: 20 }).base32;
    await tx.insert(OfficerRow, {
      id,
      account: input.account,
      name: input.name,
      certificate: input.certificate,
      unitId: unit.id,
      divisionCode: unit.divisionCode,
      state: 'active',
      version: 1,
      createdBy: currentClaims()?.actor ?? 'system:setup',
      createdAt: at,
    });
    const passwordHash = await hashPassword(input.password);
    await this.asSystem(tx, () =>
      tx.insert(OfficerSecretRow, {
        officerId: id,
        passwordHash,
        totpSecret,
        totpLastStep: null,
        failures: 0,
        lockedUntil: null,
        passwordSetAt: at,
      }),
    );
    return { officer: await this.byId(tx, id), totpSecret };
  }

  async grant(tx: EntityManager, officerId: string, role: Role, scope: Scope): Promise<void> {
    await this.byId(tx, officerId);
    await tx
      .insert(OfficerRoleRow, {
        officerId,
        role,
        scope,
        grantedBy: currentClaims()?.actor ?? 'system:setup',
        grantedAt: this.clock.now(),
      })
      .catch((fault: unknown) => {
        if ((fault as { constraint?: string }).constraint === 'officer_role_separation') throw OfficersProblem.rolesNotSeparate();
        throw fault;
      });
  }

  async revoke(tx: EntityManager, officerId: string, role: Role): Promise<void> {
    await tx.delete(OfficerRoleRow, { officerId, role });
  }

  /** Secrets are readable to nobody's claims but the system's own; the rest of the transaction keeps the person's. */
  private async asSystem(tx: EntityManager, work: () => Promise<unknown>): Promise<void> {
    const scope = currentClaims()?.scope ?? 'none';
    await tx.query(`SELECT set_config('nms.scope', $1, true)`, [systemClaims('officers').scope]);
    await work();
    await tx.query(`SELECT set_config('nms.scope', $1, true)`, [scope]);
  }
}
