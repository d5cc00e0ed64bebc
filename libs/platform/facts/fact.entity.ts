import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Something that happened, written in the transaction in which it happened. */
export interface Fact<P = Record<string, unknown>> {
  id: string;
  at: Date;
  /** `<room>.<participle>`, for example `evidence.fixed`. */
  type: string;
  /** Id of what it happened to. */
  subject: string;
  payload: P;
}

@Entity('outbox')
export class FactRow implements Fact {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
  @Column('text') type!: string;
  @Column('text') subject!: string;
  @Column('jsonb') payload!: Record<string, unknown>;
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'delivered_at' }) deliveredAt!: Date | null;
}
