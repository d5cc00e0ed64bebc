import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { AuditTrail } from '../../audit';
import type { Clock } from '../../kernel';
import { type Db, Facts } from '../../platform';
import { ChangeRecorder } from '../app/change-recorder';
import { ConflictService } from '../app/conflict.service';
import { type OperatorInput, OperatorService } from '../app/operator.service';
import { type OutletInput, OutletService } from '../app/outlet.service';
import { type SubjectInput, SubjectService } from '../app/subject.service';
import { usccCheckCharacter } from '../domain/uscc';
import { RegistryRepository } from '../store/registry.repository';
import { REGISTRY_ROWS } from '../store/rows';

let serial = 100_000_000;

/** A code that passes every check and belongs to nobody: each call gives another. */
export function aUscc(division = '141122'): string {
  const body = String((serial += 1)).slice(1);
  const sum = [3, 7, 9, 10, 5, 8, 4, 2].reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  const check = 11 - (sum % 11);
  const organisation = body + (check === 10 ? 'X' : check === 11 ? '0' : String(check));
  const first17 = `91${division}${organisation}`;
  return first17 + usccCheckCharacter(first17)!;
}

export function aSubject(input: Partial<SubjectInput> = {}): SubjectInput {
  return { uscc: aUscc(), name: '交城骏枣商贸有限公司', kind: 'enterprise', divisionCode: '141122', domicile: '山西省交城县天宁镇', ...input };
}

export function anOutlet(subjectId: string, input: Partial<OutletInput> = {}): OutletInput {
  const domain = input.domain ?? 'shop-a.test';
  return {
    subjectId,
    siteName: '骏枣旗舰店',
    domain,
    url: `http://${domain}/`,
    ip: '192.0.2.10',
    siteType: 'commercial-own-goods',
    icpNo: '晋ICP备2022005379号-1',
    isp: '某某网络科技有限公司',
    idcAddress: '山西省太原市小店区',
    contact: '0358-0000000',
    otherFilings: '晋公网安备 14112202000001号',
    carrierKind: 'website',
    declaration: '以上备案登记信息真实、准确、完整。',
    declarant: '经办人甲',
    ...input,
  };
}

/** The services of the register on a test database, without Nest. `db` must know REGISTRY_ROWS. */
export function registryServices(db: Db, clock: Clock) {
  const registry = new RegistryRepository(clock);
  const trail = new AuditTrail(clock);
  const facts = new Facts(clock);
  const recorder = new ChangeRecorder(registry, trail, facts);
  const conflicts = new ConflictService(db, registry, trail, facts, clock);
  const subjects = new SubjectService(db, registry, recorder, clock);
  const outlets = new OutletService(db, registry, subjects, conflicts, recorder, clock);
  const operators = new OperatorService(db, recorder, clock);
  return { subjects, outlets, operators, conflicts, trail, facts };
}

export const registryRows: EntityTarget<ObjectLiteral>[] = REGISTRY_ROWS;

export function anOperator(input: Partial<OperatorInput> = {}): OperatorInput {
  return {
    name: '某某网络平台有限公司',
    kind: 'platform',
    contacts: [
      { name: '值班联络员', role: 'acknowledger', email: 'orders@platform.test', phone: '0571-0000000', purpose: '接收监管文书' },
      { name: '技术处置岗', role: 'executor', email: 'exec@platform.test', purpose: '执行暂停与恢复' },
    ],
    ...input,
  };
}
