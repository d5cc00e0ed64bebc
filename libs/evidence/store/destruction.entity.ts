import { Column, Entity, PrimaryColumn } from 'typeorm';

const toNumber = { to: (value: number) => value, from: (value: string) => Number(value) };

/** The destruction of a package's bytes, from the moment at which it was written down what goes. */
@Entity('evidence_destruction')
export class DestructionRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  /** The entry `evidence.disposed` under which it is done. */
  @Column('char', { name: 'entry_sha256', length: 64 }) entrySha256!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'begun_at' }) begunAt!: Date;
  /** Null while a blob is left that waits. */
  @Column({ type: 'timestamptz', precision: 3, name: 'finished_at', nullable: true }) finishedAt!: Date | null;
}

/** One blob of the package. `shared`: others need the bytes, named by `holder`; `missing`: they were lost before, which stays a fault. */
@Entity('evidence_destruction_blob')
export class DestructionBlobRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  @PrimaryColumn('char', { length: 64 }) sha256!: string;
  @Column('bigint', { transformer: toNumber }) size!: number;
  @Column('text', { array: true }) paths!: string[];
  /** Written before the bytes are touched: what is not there afterwards went by our hand. */
  @Column({ type: 'timestamptz', precision: 3, name: 'looked_at', nullable: true }) lookedAt!: Date | null;
  @Column('boolean') lost!: boolean;
  @Column('text', { nullable: true }) waits!: 'recentlyPut' | 'locked' | 'legalHold' | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'waits_until', nullable: true }) waitsUntil!: Date | null;
  @Column('text', { nullable: true }) outcome!: 'destroyed' | 'shared' | 'missing' | null;
  @Column('text', { nullable: true }) holder!: string | null;
  /** Versions of an object store that were removed. */
  @Column('text', { array: true, nullable: true }) versions!: string[] | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'done_at', nullable: true }) doneAt!: Date | null;
}

/** SEAL of an export that went: the signed list of every file with its digests. */
@Entity('evidence_kept_seal')
export class KeptSealRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  @PrimaryColumn('int') n!: number;
  @Column('bytea') seal!: Buffer;
}

export const DESTRUCTION_ROWS = [DestructionRow, DestructionBlobRow, KeptSealRow];
