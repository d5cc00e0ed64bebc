import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LineResult, Measure, ReportOutcome } from '../domain/report';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;
const INSTANT_OR_NULL = { ...INSTANT, nullable: true } as const;

/** One mail with one link. A further attempt makes a further link; the older one is revoked. */
@Entity('order_link')
export class LinkRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'order_id' }) orderId!: string;
  @Column('char', { name: 'token_hash', length: 64, select: false }) tokenHash!: string;
  @Column('text', { name: 'to_name' }) toName!: string;
  @Column('text', { name: 'to_email' }) toEmail!: string;
  /** To whom the one-time code goes: the operator's second contact, or the same person when there is only one. */
  @Column('text', { name: 'code_name' }) codeName!: string;
  @Column('text', { name: 'code_email', select: false }) codeEmail!: string;
  @Column('int') attempt!: number;
  @Column({ ...INSTANT, name: 'created_at' }) createdAt!: Date;
  @Column({ ...INSTANT, name: 'expires_at' }) expiresAt!: Date;
  /** When the receiver's mail server took it; null: not yet, or it was refused. */
  @Column({ ...INSTANT_OR_NULL, name: 'sent_at' }) sentAt!: Date | null;
  @Column({ ...INSTANT_OR_NULL, name: 'revoked_at' }) revokedAt!: Date | null;
}

@Entity('order_report')
export class ReportRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'order_id' }) orderId!: string;
  @Column('int') seq!: number;
  @Column('char', { length: 64 }) digest!: string;
  @Column('text') outcome!: ReportOutcome;
  @Column('text', { name: 'by_name' }) byName!: string;
  @Column('text', { name: 'by_role' }) byRole!: string;
  @Column('text', { nullable: true }) ticket!: string | null;
  @Column(INSTANT) at!: Date;
  @Column('text', { name: 'receipt_document_id', nullable: true }) receiptDocumentId!: string | null;
}

@Entity('order_report_line')
export class ReportLineRow {
  @PrimaryColumn('uuid', { name: 'report_id' }) reportId!: string;
  @PrimaryColumn('int', { name: 'address_no' }) addressNo!: number;
  @Column('text') result!: LineResult;
  @Column('text', { nullable: true }) measure!: Measure | null;
  @Column({ ...INSTANT_OR_NULL, name: 'done_at' }) doneAt!: Date | null;
  @Column('text', { nullable: true }) reason!: string | null;
}

/** A proof that came with a report. The portal has no blob store: the bytes wait here until the worker has put them there. */
@Entity('order_report_file')
export class ReportFileRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'report_id' }) reportId!: string;
  @Column('text') name!: string;
  @Column('text', { name: 'media_type' }) mediaType!: string;
  @Column('int', { name: 'size_bytes' }) sizeBytes!: number;
  @Column('char', { length: 64 }) sha256!: string;
  @Column('bytea', { nullable: true, select: false }) bytes!: Buffer | null;
  @Column({ ...INSTANT_OR_NULL, name: 'stored_at' }) storedAt!: Date | null;
}
