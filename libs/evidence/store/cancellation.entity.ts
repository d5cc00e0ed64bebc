import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A capture that one of its makers took back before it was fixed. Insert-only. */
@Entity('evidence_cancellation')
export class CancellationRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  @Column('text') by!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
}
