import { ApiProperty } from '@nestjs/swagger';
import { SIDES } from '../app/exchange-bodies';

export class BodyDto {
  @ApiProperty({ enum: SIDES }) side!: string;
  @ApiProperty({ enum: ['text', 'picture', 'binary', 'empty'] }) kind!: string;
  @ApiProperty({ description: 'by its first bytes; of a text by what the header says' }) mediaType!: string;
  @ApiProperty({ type: String, nullable: true }) charset!: string | null;
  @ApiProperty() size!: number;
  @ApiProperty() shownBytes!: number;
  @ApiProperty({ type: String, nullable: true, description: 'hostile text: to be shown as characters, never as markup' })
  text!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'a whole raster picture, or the beginning of what is neither' })
  base64!: string | null;
  @ApiProperty() sha256!: string;
  @ApiProperty({ type: String, nullable: true, description: 'why the recorder kept only a part' }) truncated!: string | null;
}

export class CertificateDto {
  @ApiProperty() path!: string;
  @ApiProperty({ description: 'SHA-256 over the whole certificate' }) sha256!: string;
  @ApiProperty({ type: [String], description: 'hosts that showed it on this page' }) hosts!: string[];
  @ApiProperty({ description: 'false: the bytes are kept, but are no certificate that this system can read' }) readable!: boolean;
  @ApiProperty() subject!: string;
  @ApiProperty() issuer!: string;
  @ApiProperty({ type: [String], description: 'the first 200' }) names!: string[];
  @ApiProperty({ description: 'how many names it lists' }) namesTotal!: number;
  @ApiProperty() serial!: string;
  @ApiProperty({ type: String, nullable: true }) notBefore!: string | null;
  @ApiProperty({ type: String, nullable: true }) notAfter!: string | null;
  @ApiProperty({ type: Boolean, nullable: true, description: 'valid when the page was captured' }) validAtCapture!:
    boolean | null;
  @ApiProperty({ type: String, nullable: true }) key!: string | null;
  @ApiProperty() isCa!: boolean;
  @ApiProperty() isSelfIssued!: boolean;
}

export class ChainCheckpointDto {
  @ApiProperty() size!: number;
  @ApiProperty() at!: string;
  @ApiProperty() rootSha256!: string;
  @ApiProperty({ type: [String] }) signers!: string[];
  @ApiProperty({ type: [String] }) witnesses!: string[];
  @ApiProperty({ description: 'it covers every entry of this package' }) covers!: boolean;
}

export class ChainStampDto {
  @ApiProperty() tsa!: string;
  @ApiProperty({ enum: ['sha256', 'sm3'] }) algorithm!: string;
  @ApiProperty() genTime!: string;
  @ApiProperty() serial!: string;
  @ApiProperty({ type: String, nullable: true }) goodUntil!: string | null;
  @ApiProperty({ description: "made by the agency's own authority" }) internal!: boolean;
}

export class CheckpointStampDto {
  @ApiProperty() tsa!: string;
  @ApiProperty() algorithm!: string;
  @ApiProperty() size!: number;
  @ApiProperty() genTime!: string;
}

export class RenewalDto {
  @ApiProperty() n!: number;
  @ApiProperty() tsa!: string;
  @ApiProperty() algorithm!: string;
  @ApiProperty() genTime!: string;
  @ApiProperty() goodUntil!: string;
}

export class ChainDto {
  @ApiProperty({ description: 'name of the log' }) origin!: string;
  @ApiProperty() entries!: number;
  @ApiProperty({ type: Number, nullable: true, description: 'first entry that does not follow from the one before; null: none' })
  brokenAt!: number | null;
  @ApiProperty({ type: String, nullable: true }) lastEntrySha256!: string | null;
  @ApiProperty({ type: Number, nullable: true }) lastIndex!: number | null;
  @ApiProperty({ description: 'entries without a place in the log so far' }) unplaced!: number;
  @ApiProperty() logSize!: number;
  @ApiProperty({ type: ChainCheckpointDto, nullable: true }) checkpoint!: ChainCheckpointDto | null;
  @ApiProperty({ type: [ChainStampDto] }) stamps!: ChainStampDto[];
  @ApiProperty() stampTries!: number;
  @ApiProperty({ type: String, nullable: true }) stampNextAt!: string | null;
  @ApiProperty({ type: CheckpointStampDto, nullable: true }) checkpointStamp!: CheckpointStampDto | null;
  @ApiProperty({ type: [RenewalDto] }) renewals!: RenewalDto[];
  @ApiProperty({ type: String, nullable: true }) goodUntil!: string | null;
  @ApiProperty({ enum: ['place', 'checkpoint', 'stamp', 'checkpointStamp'], isArray: true }) pending!: string[];
}
