import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit';
import { Db } from '../../platform';
import { type ComparedExchange, type ExchangeChange, exchangeDifference } from './exchange-diff';
import { pictureDifference, type PictureDifference } from './picture-diff';
import { EvidenceProblem } from '../domain/problems';
import { TEXT_MOST, type TextDifference, textDifference } from './text-diff';
import type { EvidenceFileRow, PackageRow } from '../store/evidence.entity';
import { ContentService } from './content.service';
import { EvidenceService } from './evidence.service';

/** `unknown` always says why, and is never to be read as `same`. */
export type Compared = 'same' | 'different' | 'unknown';
export type UnknownReason = 'missingBefore' | 'missingAfter' | 'missingBoth' | 'tooLarge' | 'notReadable';

export interface FieldComparison {
  field: 'title' | 'urlFinal' | 'status' | 'ip' | 'certificate';
  result: Compared;
  before: string | null;
  after: string | null;
}

export type PictureComparison = { path: string; reason: UnknownReason | null } & (
  Exclude<PictureDifference, { result: 'unknown' }> | { result: 'unknown' }
);

export interface Comparison {
  before: PackageRow;
  after: PackageRow;
  fields: FieldComparison[];
  text: { result: Compared; reason: UnknownReason | null } & Partial<TextDifference>;
  pictures: PictureComparison[];
  exchanges: { result: Compared; reason: UnknownReason | null; changes: ExchangeChange[]; total: number };
}

interface Side {
  row: PackageRow;
  files: Map<string, EvidenceFileRow>;
}

const TEXT = 'content/text.txt';
const EXCHANGES = 'record/exchanges.jsonl';
const MEBIBYTE = 1024 * 1024;
/** Bytes of one file that are read into memory at all. */
const FILE_MOST = { text: 4 * MEBIBYTE, exchanges: 16 * MEBIBYTE, picture: 48 * MEBIBYTE };
/** Tiles of the whole page; with 16,000 rows each this is more than the recorder ever keeps. */
const PICTURES_MOST = 20;
const CHANGES_SHOWN = 1_000;
const WAITING_MOST = 4;

/**
 * What changed between two fixed captures that the officer may both read. One comparison at a time in a process, a few may wait;
 * pictures are read row by row and texts step by step, so that other requests are answered meanwhile.
 */
@Injectable()
export class CompareService {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly db: Db,
    private readonly evidence: EvidenceService,
    private readonly content: ContentService,
    private readonly trail: AuditTrail,
  ) {}

  /** Refuses with `notFound`, `notFixed`, `comparisonBusy`, or `blobDamaged`: a damaged file is not compared. */
  async compare(beforeId: string, afterId: string): Promise<Comparison> {
    if (this.waiting >= WAITING_MOST) throw EvidenceProblem.comparisonBusy();
    this.waiting += 1;
    try {
      // Both are read under the officer's claims, and both chains say so, before anything of them is looked at.
      const [before, after] = await this.opened(beforeId, afterId);
      const turn = this.last.then(() => this.compared(before, after));
      this.last = turn.catch(() => undefined);
      return await turn;
    } finally {
      this.waiting -= 1;
    }
  }

  private opened(...ids: [string, string]): Promise<[Side, Side]> {
    return this.db.tx(async (tx) => {
      const sides: Side[] = [];
      for (const [i, id] of ids.entries()) {
        const row = await this.evidence.getFixed(tx, id);
        sides.push({ row, files: new Map((await this.content.files(tx, id)).map((file) => [file.path, file])) });
        await this.trail.record(tx, {
          act: 'exhibit.read',
          kind: 'exhibit',
          id,
          caseId: row.caseId,
          details: { comparedWith: ids[1 - i] },
        });
      }
      // Always in the same order, so that two officers who compare the same pair the other way round do not wait for each other.
      for (const { row } of [...sides].sort((a, b) => (a.row.id < b.row.id ? -1 : 1))) await this.evidence.noteView(row);
      return sides as [Side, Side];
    });
  }

  private async compared(before: Side, after: Side): Promise<Comparison> {
    const lines = [await this.exchangesOf(before), await this.exchangesOf(after)] as const;
    return {
      before: before.row,
      after: after.row,
      fields: fieldsOf([before.row, lines[0]], [after.row, lines[1]]),
      text: await this.textsOf(before, after),
      pictures: await this.picturesOf(before, after),
      exchanges: exchangesCompared(...lines),
    };
  }

  private async textsOf(before: Side, after: Side): Promise<Comparison['text']> {
    const [a, b] = [before.files.get(TEXT), after.files.get(TEXT)];
    const reason = reasonOf(a, b, FILE_MOST.text);
    if (reason) return { result: 'unknown', reason };
    if (a!.sha256 === b!.sha256) return { result: 'same', reason: null };
    const [old, now] = [(await this.content.bytes(a!)).toString(), (await this.content.bytes(b!)).toString()];
    if (Math.max(old.length, now.length) > TEXT_MOST) return { result: 'different', reason: 'tooLarge', parts: null };
    return { result: 'different', reason: null, ...(await textDifference(old, now)) };
  }

  private async picturesOf(before: Side, after: Side): Promise<PictureComparison[]> {
    const paths = [...new Set([...before.files.keys(), ...after.files.keys()])]
      .filter((path) => /^content\/screen\/(first|full-\d+)\.png$/.test(path))
      .sort();
    const found: PictureComparison[] = [];
    for (const path of paths.slice(0, PICTURES_MOST)) {
      const [a, b] = [before.files.get(path), after.files.get(path)];
      const reason = reasonOf(a, b, FILE_MOST.picture);
      if (reason) found.push({ path, result: 'unknown', reason });
      else if (a!.sha256 === b!.sha256) found.push({ path, result: 'same', boxes: [], reason: null });
      else {
        const difference = await pictureDifference(await this.content.bytes(a!), await this.content.bytes(b!));
        found.push(difference.result === 'unknown' ? { path, ...difference } : { path, reason: null, ...difference });
      }
    }
    for (const path of paths.slice(PICTURES_MOST)) found.push({ path, result: 'unknown', reason: 'tooLarge' });
    return found;
  }

  private async exchangesOf({ files }: Side): Promise<ComparedExchange[] | UnknownReason | null> {
    const file = files.get(EXCHANGES);
    if (!file) return null;
    if (file.size > FILE_MOST.exchanges) return 'tooLarge';
    const found: ComparedExchange[] = [];
    for (const line of (await this.content.bytes(file)).toString().split('\n')) {
      if (!line) continue;
      try {
        found.push(JSON.parse(line) as ComparedExchange);
      } catch {
        return 'notReadable';
      }
      if (found.length % 500 === 0) await new Promise(setImmediate);
    }
    return found;
  }
}

function reasonOf(a: EvidenceFileRow | undefined, b: EvidenceFileRow | undefined, most: number): UnknownReason | null {
  if (!a || !b) return !a && !b ? 'missingBoth' : a ? 'missingAfter' : 'missingBefore';
  return a.sha256 !== b.sha256 && Math.max(a.size, b.size) > most ? 'tooLarge' : null;
}

type Lines = ComparedExchange[] | UnknownReason | null;

function exchangesCompared(before: Lines, after: Lines): Comparison['exchanges'] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const changes = exchangeDifference(before, after);
    return {
      result: changes.length ? 'different' : 'same',
      reason: null,
      changes: changes.slice(0, CHANGES_SHOWN),
      total: changes.length,
    };
  }
  const refused = [before, after].find((one) => typeof one === 'string') as UnknownReason | undefined;
  const reason = refused ?? (before === null ? (after === null ? 'missingBoth' : 'missingBefore') : 'missingAfter');
  return { result: 'unknown', reason, changes: [], total: 0 };
}

function fieldsOf(before: [PackageRow, Lines], after: [PackageRow, Lines]): FieldComparison[] {
  const [old, now] = [valuesOf(...before), valuesOf(...after)];
  return (['title', 'urlFinal', 'status', 'ip', 'certificate'] as const).map((field) => {
    const [a, b] = [old[field], now[field]];
    // A value that one capture does not have is not a changed value.
    const result = a === null || b === null ? 'unknown' : a === b ? 'same' : 'different';
    return { field, result, before: a, after: b };
  });
}

function valuesOf({ navigation }: PackageRow, lines: Lines): Record<FieldComparison['field'], string | null> {
  const document = Array.isArray(lines) ? lines.findLast(({ url }) => url === navigation?.urlFinal.split('#')[0]) : undefined;
  return {
    title: navigation?.title ?? null,
    urlFinal: navigation?.urlFinal ?? null,
    status: navigation ? String(navigation.status) : null,
    ip: navigation?.ip || null,
    certificate: document?.tls?.leafSha256 ?? null,
  };
}
