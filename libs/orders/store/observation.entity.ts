import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Mark } from '../../kernel';
import type { ClockKey } from '../domain/order';
import type { Profile, Verdict } from '../domain/verdict';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;
const INSTANT_OR_NULL = { ...INSTANT, nullable: true } as const;

/** One look at one address with one profile: asked for, then judged once when its capture is fixed or has failed. */
@Entity('order_observation')
export class ObservationRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'order_id' }) orderId!: string;
  @Column('int', { name: 'address_no' }) addressNo!: number;
  @Column('int') round!: number;
  /** Which series of looks it belongs to: the instant of the report that began it. */
  @Column(INSTANT) since!: Date;
  @Column('text') profile!: Profile;
  /** Null: looked before vantage points had names, from the first one. */
  @Column('text', { nullable: true }) vantage!: string | null;
  @Column('text', { name: 'package_id', nullable: true }) packageId!: string | null;
  @Column({ ...INSTANT, name: 'requested_at' }) requestedAt!: Date;
  @Column({ ...INSTANT_OR_NULL, name: 'observed_at' }) observedAt!: Date | null;
  @Column('text', { nullable: true }) verdict!: Verdict | null;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('int', { nullable: true }) status!: number | null;
  @Column('text', { name: 'url_final', nullable: true }) urlFinal!: string | null;
  @Column('text', { nullable: true }) ip!: string | null;
  /** Share of the offending page that is still there, 0 to 1000. */
  @Column('int', { nullable: true }) similarity!: number | null;
}

/** A running time limit of an order, with what it rests on. */
@Entity('order_clock')
export class ClockRow {
  @PrimaryColumn('uuid', { name: 'order_id' }) orderId!: string;
  @PrimaryColumn('text') key!: ClockKey;
  @Column({ ...INSTANT, name: 'started_at' }) startedAt!: Date;
  @Column({ ...INSTANT, name: 'due_at' }) dueAt!: Date;
  @Column({ ...INSTANT_OR_NULL, name: 'stopped_at' }) stoppedAt!: Date | null;
  @Column('int', { nullable: true }) n!: number | null;
  @Column('text', { nullable: true }) unit!: string | null;
  @Column('text') basis!: string;
  @Column('text') mark!: Mark;
  @Column({ ...INSTANT_OR_NULL, name: 'overdue_told_at' }) overdueToldAt!: Date | null;
}
