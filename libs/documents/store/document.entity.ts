import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DocumentState } from '../domain/document.states';
import type { ServiceMethodKey } from '../domain/service-method';
import type { FormId } from '../domain/template';

/** Who said what, and when; `at` is an ISO instant. */
export interface StoredOpinion {
  opinion: string;
  name: string;
  at: string;
}

@Entity('document')
export class DocumentRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  /** What the document belongs to. This room knows nothing else of it. */
  @Column('text', { name: 'ref_kind' }) refKind!: 'case' | 'order';
  @Column('text', { name: 'ref_id' }) refId!: string;
  @Column('text', { name: 'case_id', nullable: true }) caseId!: string | null;
  @Column('text') form!: FormId;
  @Column('int', { name: 'template_version' }) templateVersion!: number;
  @Column('text') title!: string;
  @Column('text') state!: DocumentState;
  @Column('jsonb') data!: Record<string, unknown>;
  @Column('text', { nullable: true }) number!: string | null;
  /** 成文日期: the day of approval, in Shanghai. */
  @Column('date', { name: 'issued_on', nullable: true }) issuedOn!: string | null;
  /** Newest sealed or finished paper; 0 when there is none. */
  @Column('int') paper!: number;
  @Column('int') version!: number;
  @Column('text', { name: 'drafted_by' }) draftedBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'drafted_at' }) draftedAt!: Date;
  @Column('jsonb', { nullable: true }) submission!: StoredOpinion | null;
  @Column('text', { name: 'submitted_by', nullable: true }) submittedBy!: string | null;
  @Column('jsonb', { nullable: true }) approval!: StoredOpinion | null;
  @Column('text', { name: 'approved_by', nullable: true }) approvedBy!: string | null;
  @Column('text', { name: 'void_reason', nullable: true }) voidReason!: string | null;
}

/** A paper as it was sealed. Insert-only: a mistake is answered by the next version. */
@Entity('document_paper')
export class DocumentPaperRow {
  @PrimaryColumn('uuid', { name: 'document_id' }) documentId!: string;
  @PrimaryColumn('int') version!: number;
  @Column('char', { length: 64 }) sha256!: string;
  @Column('int') size!: number;
  /** What the paper was made from, so that it can be made again. */
  @Column('jsonb') data!: Record<string, unknown>;
  @Column('text', { name: 'made_by' }) madeBy!: string;
  @Column('text', { name: 'made_by_name' }) madeByName!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'made_at' }) madeAt!: Date;
  @Column('text', { nullable: true }) reason!: string | null;
}

@Entity('document_number')
export class DocumentNumberRow {
  @PrimaryColumn('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @PrimaryColumn('text') word!: string;
  @PrimaryColumn('int') year!: number;
  @PrimaryColumn('int') sequence!: number;
  @Column('text') number!: string;
  @Column('uuid', { name: 'document_id' }) documentId!: string;
  @Column('text', { name: 'assigned_by' }) assignedBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'assigned_at' }) assignedAt!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'voided_at', nullable: true }) voidedAt!: Date | null;
  @Column('text', { name: 'void_reason', nullable: true }) voidReason!: string | null;
}

@Entity('document_service')
export class DocumentServiceRow {
  @PrimaryColumn('uuid', { name: 'document_id' }) documentId!: string;
  @Column('text') method!: ServiceMethodKey;
  @Column('text') recipient!: string;
  @Column('text') place!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'served_at' }) servedAt!: Date;
  @Column('text', { nullable: true }) receiver!: string | null;
  @Column('text', { nullable: true }) refused!: string | null;
  @Column('text', { nullable: true }) witness!: string | null;
  @Column('jsonb') media!: string[];
  @Column('text', { nullable: true }) agreement!: string | null;
  @Column('text', { name: 'recorded_by' }) recordedBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'recorded_at' }) recordedAt!: Date;
}

@Entity('issuing_authority')
export class IssuingAuthorityRow {
  @PrimaryColumn('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text') name!: string;
  @Column('text') word!: string;
  @Column('text', { nullable: true }) address!: string | null;
  @Column('text', { nullable: true }) phone!: string | null;
  @Column('text', { nullable: true }) reconsideration!: string | null;
  @Column('text', { nullable: true }) court!: string | null;
}

export const DOCUMENT_ROWS = [DocumentRow, DocumentPaperRow, DocumentNumberRow, DocumentServiceRow, IssuingAuthorityRow];
