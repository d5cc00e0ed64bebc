import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn, type Relation } from 'typeorm';
import type { OperatorKind } from '../domain/subject-types';

/** Who can switch an outlet off: platform, host or telecom operator. */
@Entity('operator')
export class OperatorRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('int') version!: number;
  @Column('text') name!: string;
  @Column('text') kind!: OperatorKind;
  @Column('text', { nullable: true }) uscc!: string | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'updated_at' }) updatedAt!: Date;
  @OneToMany(() => OperatorContactRow, (contact) => contact.operator) contacts!: Relation<OperatorContactRow>[];
}

export const contactRoles = ['reader', 'acknowledger', 'executor', 'integrator'] as const;
export type ContactRole = (typeof contactRoles)[number];

@Entity('operator_contact')
export class OperatorContactRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'operator_id' }) operatorId!: string;
  @ManyToOne(() => OperatorRow, (operator) => operator.contacts) @JoinColumn({ name: 'operator_id' }) operator!: Relation<OperatorRow>;
  @Column('int') position!: number;
  @Column('text') name!: string;
  @Column('text') role!: ContactRole;
  @Column('text', { nullable: true }) email!: string | null;
  @Column('text', { nullable: true }) phone!: string | null;
  @Column('text') purpose!: string;
}
