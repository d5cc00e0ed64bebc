import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { entryFor } from '../../libs/evidence/domain/ledger-entry';
import { GrowingTiles } from '../../libs/evidence/store/growing-tiles';

const CHUNK = 100_000;
/** Entries of one subject, one behind the other. */
const CHAIN = 10;
const HEAD = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
/** PostgreSQL counts from 2000. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Rows in the binary form of COPY, written by the hundred thousand: a text form would cost more than hashing. */
class CopyFile {
  private readonly buffer = Buffer.allocUnsafe(8 * 1024 * 1024);
  private at = 0;
  private readonly handle: number;

  constructor(readonly path: string) {
    this.handle = openSync(path, 'w', 0o644);
    this.bytes(HEAD);
  }

  row(fields: number): void {
    if (this.at > this.buffer.length - 8_192) this.flush();
    this.at = this.buffer.writeInt16BE(fields, this.at);
  }

  int4(value: number): void {
    this.at = this.buffer.writeInt32BE(4, this.at);
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  int8(value: number): void {
    this.at = this.buffer.writeInt32BE(8, this.at);
    this.at = this.buffer.writeBigInt64BE(BigInt(value), this.at);
  }

  text(value: string): void {
    this.field(Buffer.from(value));
  }

  field(value: Uint8Array): void {
    this.at = this.buffer.writeInt32BE(value.length, this.at);
    this.bytes(value);
  }

  end(): void {
    this.at = this.buffer.writeInt16BE(-1, this.at);
    this.flush();
    closeSync(this.handle);
  }

  private bytes(value: Uint8Array): void {
    this.buffer.set(value, this.at);
    this.at += value.length;
  }

  private flush(): void {
    writeSync(this.handle, this.buffer, 0, this.at);
    this.at = 0;
  }
}

/**
 * Fills the log with entries as `Ledger` makes them, chained and hashed, their places, and every tile of both trees; only their
 * events are left out, as after an approved deletion. The database reads one part while the next is made.
 */
export async function fill(
  owner: DataSource,
  origin: string,
  entries: number,
  data: string,
): Promise<{ root: Uint8Array; ms: number }> {
  const began = performance.now();
  const folder = join(data, 'fill');
  mkdirSync(folder, { mode: 0o755 });
  const [{ base }] = await owner.query<[{ base: number }]>('SELECT coalesce(max(id), 0)::float8 AS base FROM ledger_entry');
  const roots = { sha256: new GrowingTiles('sha256'), sm3: new GrowingTiles('sm3') };
  const at = new Date('2026-03-01T00:00:00.000Z');
  let reading: Promise<void> = Promise.resolve();
  for (let from = 0; from < entries; from += CHUNK) {
    const part = ['ledger_entry', 'ledger_place', 'ledger_node'].map((table) => ({
      table,
      file: new CopyFile(join(folder, `${table}-${from}`)),
    }));
    const [entry, place, node] = part.map(({ file }) => file) as [CopyFile, CopyFile, CopyFile];
    let prev = '';
    for (let n = from; n < Math.min(entries, from + CHUNK); n += 1) {
      const seq = n % CHAIN;
      const subject = `bench-${String(n - seq).padStart(12, '0')}`;
      const made = entryFor({ subject, type: 'evidence.viewed', facts: { n } }, { seq, prev: seq ? prev : '' }, at);
      prev = made.sha256;
      entry.row(10);
      entry.int8(base + 1 + n);
      entry.text(subject);
      entry.int4(seq);
      entry.text('evidence.viewed');
      entry.int8((at.getTime() - EPOCH_MS) * 1_000);
      entry.text(`bench-${String(n).padStart(12, '0')}`);
      entry.field(made.bytes);
      entry.text(made.sha256);
      entry.field(made.leaf);
      entry.field(made.leafSm3);
      place.row(3);
      place.text(origin);
      place.int8(n);
      place.int8(base + 1 + n);
      const sm3 = roots.sm3.append(made.leafSm3);
      for (const [i, { band, index, nodes }] of roots.sha256.append(made.leaf).entries()) {
        node.row(5);
        node.int8(index);
        node.int4(band);
        node.text(origin);
        node.field(nodes);
        node.field(sm3[i]!.nodes);
      }
    }
    for (const file of [entry, place, node]) file.end();
    await reading;
    reading = read(owner, part);
    if (from % 1_000_000 === 0)
      process.stderr.write(`${from} entries after ${Math.round((performance.now() - began) / 1000)} s\n`);
  }
  await reading;
  await owner.query(`SELECT setval('ledger_entry_id_seq', (SELECT max(id) FROM ledger_entry))`);
  for (const table of ['ledger_entry', 'ledger_place', 'ledger_node']) await owner.query(`VACUUM ANALYZE ${table}`);
  return { root: roots.sha256.root(), ms: performance.now() - began };
}

async function read(owner: DataSource, part: readonly { table: string; file: CopyFile }[]): Promise<void> {
  const columns: Record<string, string> = {
    ledger_entry: 'id, subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3',
    ledger_place: 'origin, idx, entry_id',
    ledger_node: 'idx, band, origin, sha256, sm3',
  };
  for (const { table, file } of part) {
    await owner.query(`COPY ${table} (${columns[table]}) FROM '${file.path}' (FORMAT binary)`);
    rmSync(file.path);
  }
}
