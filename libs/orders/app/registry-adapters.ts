import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { OperatorRow, OutletRow } from '../../registry';
import { type Contact, Operators, type Outlet, Outlets } from './outside';

/** Operators of the register, with the contacts that have an address to write to. */
@Injectable()
export class RegistryOperators extends Operators {
  async find(tx: EntityManager, operatorId: string): Promise<{ id: string; name: string; contacts: Contact[] } | null> {
    const operator = await tx.findOne(OperatorRow, {
      where: { id: operatorId },
      relations: { contacts: true },
      order: { contacts: { position: 'ASC' } },
    });
    if (!operator) return null;
    const contacts = operator.contacts.flatMap(({ name, role, email, purpose }) =>
      email ? [{ name, role, email, purpose }] : [],
    );
    return { id: operator.id, name: operator.name, contacts };
  }
}

@Injectable()
export class RegistryOutlets extends Outlets {
  async find(tx: EntityManager, outletIds: readonly string[]): Promise<Outlet[]> {
    const rows = await tx.findBy(OutletRow, { id: In([...outletIds]) });
    return rows.map(({ id, siteName, url, domain, ip, icpNo, isp }) => ({ id, siteName, url, domain, ip, icpNo, isp }));
  }
}
