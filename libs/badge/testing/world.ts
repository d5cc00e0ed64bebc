import type { Clock } from '../../kernel';
import { type Db, withClaims } from '../../platform';
import { systemClaims, type TestDatabase } from '../../platform/testing';
import { type OutletInput, type SubjectInput } from '../../registry';
import { anOutlet, aSubject } from '../../registry/testing';
import type { BadgeRow } from '../store/badge.entity';
import { aHead, badgeRows, badgeServices, UNIT_SQL } from './index';

export { FLOOR_MS } from '../app/verification.service';
export { PublicRegister } from '../store/public-register';

/** Badges as a test of the public pages needs them, made by the room's own services. */
export async function badgeWorld(base: TestDatabase, clock: Clock) {
  await base.admin.query(UNIT_SQL);
  const { db } = await base.as('nms_worker', badgeRows);
  const services = badgeServices(db as Db, clock);
  const asSystem = <T>(work: () => Promise<T>) => withClaims(systemClaims('test'), work);
  return {
    services,
    asSystem,
    async badge(outlet: Partial<OutletInput> = {}, subject: Partial<SubjectInput> = {}): Promise<BadgeRow> {
      return asSystem(async () => {
        const owner = await services.subjects.create(aSubject(subject), false);
        const filed = await services.outlets.create(anOutlet(owner.id, outlet));
        const proof = await services.proofs.request(filed.id, filed.onPlatform ? 'platformAttestation' : 'wellKnown');
        if (filed.onPlatform) await services.proofs.attest(proof.id, '平台函〔2026〕1号');
        services.outside.files.set(proof.location, `nms-badge=${proof.token}`);
        await services.checker.check(proof.id);
        const badge = await services.service.issue(filed.id);
        await services.signer.sign(badge.id);
        return services.service.get(badge.id);
      });
    },
    move: (badge: BadgeRow, action: 'suspend' | 'resume' | 'revoke') =>
      asSystem(() => services.service.transition(badge.id, action, '测试理由', aHead())),
  };
}
