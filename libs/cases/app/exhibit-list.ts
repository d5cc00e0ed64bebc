import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PrintedExhibit } from '../../documents';
import { OfficerDirectory } from '../../officers';
import type { CaseExhibitRow, ExhibitHandoverRow } from '../store/case-parts.entity';
import { CaseReader } from './case-reader';
import { Exhibits } from './exhibits';

const isId = (holder: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(holder);
/** Bytes lie in the store, whoever answers for them. */
const STORE = '本局电子证据存储';

/** The exhibits of a case as a paper lists them: in their numbers, each with who holds it and through whose hands it went. */
@Injectable()
export class ExhibitList {
  constructor(
    private readonly reader: CaseReader,
    private readonly exhibits: Exhibits,
    private readonly officers: OfficerDirectory,
  ) {}

  async of(tx: EntityManager, caseId: string): Promise<PrintedExhibit[]> {
    const rows = await this.reader.exhibits(tx, caseId);
    const handovers = await this.exhibits.handovers(tx, caseId);
    const people = [...rows.map(({ addedBy }) => addedBy), ...handovers.flatMap(({ from, to }) => [from, to])].filter(isId);
    const names = new Map(
      (await this.officers.byIds(tx, [...new Set(people)])).map(({ id, name, certificate }) => [
        id,
        certificate ? `${name}（执法证号：${certificate}）` : name,
      ]),
    );
    const nameOf = (holder: string): string => names.get(holder) ?? holder;
    return rows
      .toSorted((a, b) => a.number - b.number)
      .map((row) => entry(row, handovers.filter(({ exhibitId }) => exhibitId === row.id), nameOf)); // prettier-ignore
  }
}

function entry(
  row: CaseExhibitRow,
  handovers: readonly ExhibitHandoverRow[],
  nameOf: (holder: string) => string,
): PrintedExhibit {
  const { number, thing, factToProve: proves, addedBy, addedAt } = row;
  const last = handovers.at(-1);
  const kept = (row.package ?? {}) as { number?: string; url?: string; fixedAt?: string; manifestSha256?: string };
  return {
    number,
    kind: thing ? 'thing' : 'electronic',
    name: thing?.description ?? `${kept.url ?? ''}（取证编号 ${kept.number ?? ''}）`,
    quantity: thing?.quantity ?? '1 份',
    at: thing ? addedAt.toISOString() : (kept.fixedAt ?? addedAt.toISOString()),
    proves,
    sha256: kept.manifestSha256 ?? null,
    sm3: (row.package?.['manifestSm3'] as string | undefined) ?? null,
    holder: nameOf(last?.to ?? thing?.holder ?? addedBy),
    place: last?.place ?? thing?.place ?? STORE,
    handovers: handovers.map(({ n, happenedAt, from, to, place, receipt }) => ({
      n,
      at: happenedAt.toISOString(),
      from: nameOf(from),
      to: nameOf(to),
      place,
      receipt,
    })),
  };
}
