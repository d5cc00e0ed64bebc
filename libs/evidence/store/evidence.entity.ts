import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { ArtefactReport, CaptureResult, RequestRecord } from '../../capture/capture.contract';
import { DESTRUCTION_ROWS } from './destruction.entity';
import { IncidentRow } from './incident.entity';
import type { Manifest } from '../../proof';
import type { OfficerAct, PackageState } from '../domain/package.states';
import type { ReceiptRecord, Way } from '../domain/receipt';
import { CancellationRow } from './cancellation.entity';
import { SESSION_ROWS } from './session.entity';

const toNumber = { to: (value: number | null) => value, from: (value: string | null) => (value === null ? null : Number(value)) };

@Entity('evidence_package')
export class PackageRow {
  @PrimaryColumn('text') id!: string;
  @Column('text') number!: string;
  @Column('text') kind!: 'web_capture' | 'import' | 'attestation';
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text') url!: string;
  /** `file` for what was received and not captured. */
  @Column('text') profile!: 'desktop' | 'mobile' | 'file';
  @Column('text') purpose!: string;
  @Column('uuid', { name: 'outlet_id', nullable: true }) outletId!: string | null;
  @Column('uuid', { name: 'finding_id', nullable: true }) findingId!: string | null;
  @Column('uuid', { name: 'case_id', nullable: true }) caseId!: string | null;
  @Column('uuid', { name: 'order_id', nullable: true }) orderId!: string | null;
  /** Which request of its case this is, from 1; null for what was asked for outside of a case, also when it was joined to one later. */
  @Column('int', { name: 'case_seq', nullable: true }) caseSeq!: number | null;
  @Column('text', { name: 'fact_to_prove' }) factToProve!: string;
  @Column('text') place!: string;
  /** Exactly what `record/request.json` says. */
  @Column('jsonb') request!: RequestRecord | ReceiptRecord;
  @Column('text', { name: 'requested_by' }) requestedBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'requested_at' }) requestedAt!: Date;
  /** SHA-256 of the ledger entry `job.requested`. */
  @Column('char', { name: 'entry_sha256', length: 64 }) entrySha256!: string;
  /** Size of the log at the checkpoint that the capture carried: the package is not older. Null before the first checkpoint. */
  @Column('bigint', { name: 'before_size', nullable: true, transformer: toNumber }) beforeSize!: number | null;
  @Column('text') state!: PackageState;
  @Column('int') attempt!: number;
  /** Until then one worker holds the job; later any other may take it. */
  @Column({ type: 'timestamptz', precision: 3, name: 'lease_until', nullable: true }) leaseUntil!: Date | null;
  @Column('text', { nullable: true }) completeness!: 'complete' | 'partial' | null;
  @Column('text', { array: true }) limits!: string[];
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('jsonb', { nullable: true }) navigation!: NonNullable<CaptureResult['navigation']> | null;
  @Column('jsonb') artefacts!: ArtefactReport[];
  @Column('char', { name: 'manifest_sha256', length: 64, nullable: true }) manifestSha256!: string | null;
  @Column('char', { name: 'manifest_sm3', length: 64, nullable: true }) manifestSm3!: string | null;
  @Column('char', { name: 'sig_sha256', length: 64, nullable: true }) sigSha256!: string | null;
  @Column('text', { nullable: true }) environment!: 'clean' | 'warn' | 'fail' | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'fixed_at', nullable: true }) fixedAt!: Date | null;
  /** Whose time stamps date it: authorities outside of the agency, or only its own. Null before the first. */
  @Column('text', { name: 'dated_by', nullable: true }) datedBy!: 'outside' | 'internal' | null;
  /** Rounds of asking that brought no token; the next round is due at `stampNextAt`. */
  @Column('int', { name: 'stamp_tries' }) stampTries!: number;
  @Column({ type: 'timestamptz', precision: 3, name: 'stamp_next_at', nullable: true }) stampNextAt!: Date | null;
  /** Since then only reading is allowed: a stored blob of the package is not what was put. Null while all is well. */
  @Column({ type: 'timestamptz', precision: 3, name: 'frozen_at', nullable: true }) frozenAt!: Date | null;
  /** The package about which this attestation speaks, and in which way (seed rules art. 22). */
  @Column('text', { name: 'about_id', nullable: true }) aboutId!: string | null;
  @Column('text', { nullable: true }) way!: Way | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'withdrawn_at', nullable: true }) withdrawnAt!: Date | null;
  @Column('text', { name: 'corrected_by', nullable: true }) correctedBy!: string | null;
  /** The package that this repeats from a second vantage point, and what the signed manifest says of the two. */
  @Column('text', { name: 'second_of', nullable: true }) secondOf!: string | null;
  @Column('jsonb', { nullable: true }) comparison!: Manifest['comparison'];
  @Column('int') version!: number;
}

/** What a person has sent and that belongs to nothing yet. */
@Entity('evidence_upload')
export class UploadRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') by!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
  /** As the sender's machine called it; for people, never a path. */
  @Column('text') name!: string;
  @Column('text', { name: 'media_type' }) mediaType!: string;
  @Column('bigint', { transformer: toNumber }) size!: number;
  @Column('char', { length: 64 }) sha256!: string;
  @Column('char', { length: 64 }) sm3!: string;
}

/** A received file that waits to be fixed. */
@Entity('evidence_original')
export class OriginalRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  @PrimaryColumn('text') path!: string;
  @Column('text') name!: string;
  @Column('text', { name: 'media_type' }) mediaType!: string;
  @Column('bigint', { transformer: toNumber }) size!: number;
  @Column('char', { length: 64 }) sha256!: string;
  @Column('char', { length: 64 }) sm3!: string;
}

/** What a person did with a package. Insert-only; the ledger holds the digest of the same. */
@Entity('evidence_act')
export class ActRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text', { name: 'package_id' }) packageId!: string;
  @Column('text') action!: OfficerAct;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
  @Column('text') by!: string;
  @Column('text', { nullable: true }) second!: string | null;
  @Column('jsonb') data!: Record<string, unknown>;
  @Column('char', { name: 'entry_sha256', length: 64, nullable: true }) entrySha256!: string | null;
}

/** A signed paper of a package: `attachments/NNN.*` of its exports. */
@Entity('evidence_attachment')
export class AttachmentRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  @PrimaryColumn('int') n!: number;
  @Column('text') role!: AttachmentRole;
  @Column('text') path!: string;
  @Column('text') title!: string;
  @Column('text', { name: 'media_type' }) mediaType!: string;
  @Column('bigint', { transformer: toNumber }) size!: number;
  @Column('char', { length: 64 }) sha256!: string;
  @Column('char', { length: 64 }) sm3!: string;
  /** The package in which the same file was fixed by itself, if it is an attestation. */
  @Column('text', { name: 'attestation_id', nullable: true }) attestationId!: string | null;
  @Column('text') by!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
}

export type AttachmentRole = 'confirmation' | 'refusal' | 'receipt' | Way;

@Entity('evidence_disposal')
export class DisposalRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text', { name: 'package_id' }) packageId!: string;
  @Column('text') what!: 'returned' | 'destroyed';
  @Column('text') reason!: string;
  @Column('text', { name: 'legal_basis' }) legalBasis!: string;
  @Column('text', { name: 'asked_by' }) askedBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'asked_at' }) askedAt!: Date;
}

@Entity('evidence_disposal_approval')
export class DisposalApprovalRow {
  @PrimaryColumn('uuid', { name: 'disposal_id' }) disposalId!: string;
  @PrimaryColumn('text') by!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
  @Column('text') opinion!: string;
}

@Entity('evidence_file')
export class EvidenceFileRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  @PrimaryColumn('text') path!: string;
  @Column('text') role!: string;
  @Column('text', { name: 'media_type' }) mediaType!: string;
  @Column('text') title!: string;
  @Column('bigint', { transformer: toNumber }) size!: number;
  @Column('char', { length: 64 }) sha256!: string;
  @Column('char', { length: 64 }) sm3!: string;
}

@Entity('evidence_step')
export class EvidenceStepRow {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column('text', { name: 'package_id' }) packageId!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
  @Column('text') step!: string;
  @Column('text') detail!: string;
}

/** The last picture of a capture that still runs; see the migration. */
@Entity('evidence_preview')
export class PreviewRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
  @Column('bytea') jpeg!: Buffer;
}

@Entity('evidence_export')
export class ExportRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text', { name: 'package_id' }) packageId!: string;
  @Column('int') n!: number;
  @Column('text') state!: 'requested' | 'ready' | 'failed';
  @Column('text') purpose!: string;
  /** To whom the copy goes; null for the agency's own. */
  @Column('text', { nullable: true }) recipient!: string | null;
  /** The legal ground on which files are left out. */
  @Column('text', { nullable: true }) ground!: string | null;
  /** Files of the manifest that this copy leaves out: their digests stay in MANIFEST.json and in SEAL. */
  @Column('text', { array: true }) withheld!: string[];
  @Column('text', { name: 'requested_by' }) requestedBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'requested_at' }) requestedAt!: Date;
  @Column('char', { name: 'blob_sha256', length: 64, nullable: true }) blobSha256!: string | null;
  @Column('char', { name: 'seal_sha256', length: 64, nullable: true }) sealSha256!: string | null;
  @Column('bigint', { nullable: true, transformer: toNumber }) size!: number | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'finished_at', nullable: true }) finishedAt!: Date | null;
  @Column('text', { nullable: true }) reason!: string | null;
}

/** A time stamp over MANIFEST.sig that was accepted when it arrived. */
@Entity('evidence_stamp')
export class StampRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  @PrimaryColumn('text') tsa!: string;
  @Column('text') algorithm!: 'sha256' | 'sm3';
  @Column('bytea') token!: Buffer;
  @Column('char', { name: 'token_sha256', length: 64 }) tokenSha256!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'gen_time' }) genTime!: Date;
  @Column('text') serial!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'received_at' }) receivedAt!: Date;
  /** End of the signer's certificate: until then at the latest the stamp has to be renewed. Null in rows older than renewal. */
  @Column({ type: 'timestamptz', precision: 3, name: 'signer_not_after', nullable: true }) signerNotAfter!: Date | null;
}

export const EVIDENCE_ROWS = [
  StampRow,
  PackageRow,
  EvidenceFileRow,
  EvidenceStepRow,
  PreviewRow,
  IncidentRow,
  ExportRow,
  UploadRow,
  OriginalRow,
  ActRow,
  AttachmentRow,
  DisposalRow,
  DisposalApprovalRow,
  ...DESTRUCTION_ROWS,
  ...SESSION_ROWS,
  CancellationRow,
];
