import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A stored blob that is not what was put. Insert-only. */
@Entity('evidence_incident')
export class IncidentRow {
  @PrimaryColumn('uuid') id!: string;
  /** Null for a blob of another room, such as a printed paper. */
  @Column('text', { name: 'package_id', nullable: true }) packageId!: string | null;
  @Column('text') path!: string;
  @Column('char', { length: 64 }) sha256!: string;
  @Column('text') what!: string;
  /** What is there instead: a digest, a length, a mode, an error of the system. */
  @Column('text', { nullable: true }) observed!: string | null;
  /** State of the copy on the second medium when the incident was found. */
  @Column('text') replica!: 'none' | 'whole' | 'damaged';
  @Column({ type: 'timestamptz', precision: 3, name: 'found_at' }) foundAt!: Date;
  @Column('text', { name: 'found_by' }) foundBy!: string;
}
