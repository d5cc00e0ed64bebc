import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { ArtefactReport, CaptureResult, RequestRecord } from '../../capture/capture.contract';
import type { PackageState } from '../domain/package.states';
import { SESSION_ROWS } from './session.entity';

const toNumber = { to: (value: number | null) => value, from: (value: string | null) => (value === null ? null : Number(value)) };

@Entity('evidence_package')
export class PackageRow {
  @PrimaryColumn('text') id!: string;
  @Column('text') number!: string;
  @Column('text') kind!: 'web_capture' | 'import' | 'attestation';
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text') url!: string;
  @Column('text') profile!: 'desktop' | 'mobile';
  @Column('text') purpose!: string;
  @Column('uuid', { name: 'outlet_id', nullable: true }) outletId!: string | null;
  @Column('uuid', { name: 'finding_id', nullable: true }) findingId!: string | null;
  @Column('uuid', { name: 'case_id', nullable: true }) caseId!: string | null;
  @Column('uuid', { name: 'order_id', nullable: true }) orderId!: string | null;
  @Column('text', { name: 'fact_to_prove' }) factToProve!: string;
  @Column('text') place!: string;
  /** Exactly what `record/request.json` says. */
  @Column('jsonb') request!: RequestRecord;
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
  /** Rounds of asking that brought no token; the next round is due at `stampNextAt`. */
  @Column('int', { name: 'stamp_tries' }) stampTries!: number;
  @Column({ type: 'timestamptz', precision: 3, name: 'stamp_next_at', nullable: true }) stampNextAt!: Date | null;
  @Column('int') version!: number;
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

@Entity('evidence_export')
export class ExportRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text', { name: 'package_id' }) packageId!: string;
  @Column('int') n!: number;
  @Column('text') state!: 'requested' | 'ready' | 'failed';
  @Column('text') purpose!: string;
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
}

export const EVIDENCE_ROWS = [StampRow, PackageRow, EvidenceFileRow, EvidenceStepRow, ExportRow, ...SESSION_ROWS];
