import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import type { Comparison } from '../app/compare.service';
import { CaptureDto, toCaptureDto } from './evidence.dto';

const RESULTS = ['same', 'different', 'unknown'];
const REASONS = ['missingBefore', 'missingAfter', 'missingBoth', 'tooLarge', 'notReadable'];
const reason = {
  type: String,
  nullable: true,
  enum: REASONS,
  description: 'why it is unknown, or why no list is given',
} as const;

export class CompareQuery {
  @ApiProperty({ description: 'id of the earlier capture' })
  @Matches(/^ev_[0-9A-HJKMNP-TV-Z]{26}$/)
  with!: string;
}

export class ComparedFieldDto {
  @ApiProperty({ enum: ['title', 'urlFinal', 'status', 'ip', 'certificate'] }) field!: string;
  @ApiProperty({ enum: RESULTS }) result!: string;
  @ApiProperty({ type: String, nullable: true }) before!: string | null;
  @ApiProperty({ type: String, nullable: true }) after!: string | null;
}

export class TextPartDto {
  @ApiProperty({ enum: ['same', 'added', 'removed'] }) kind!: string;
  @ApiProperty() text!: string;
}

export class ComparedTextDto {
  @ApiProperty({ enum: RESULTS }) result!: string;
  @ApiProperty(reason) reason!: string | null;
  @ApiProperty({ type: [TextPartDto], nullable: true, description: 'null when there is no list of changes' })
  parts!: TextPartDto[] | null;
}

export class BoxDto {
  @ApiProperty({ description: 'pixels from the left of the picture' }) x!: number;
  @ApiProperty() y!: number;
  @ApiProperty() width!: number;
  @ApiProperty() height!: number;
}

export class PictureSizeDto {
  @ApiProperty() width!: number;
  @ApiProperty() height!: number;
}

export class ComparedPictureDto {
  @ApiProperty() path!: string;
  @ApiProperty({ enum: RESULTS }) result!: string;
  @ApiProperty(reason) reason!: string | null;
  @ApiProperty({ type: [BoxDto], description: 'changed regions, in pixels' }) boxes!: BoxDto[];
  @ApiProperty({ type: Number, nullable: true }) changedPixels!: number | null;
  @ApiPropertyOptional({ type: PictureSizeDto }) sizeBefore?: PictureSizeDto;
  @ApiPropertyOptional({ type: PictureSizeDto }) sizeAfter?: PictureSizeDto;
}

export class ComparedExchangeFieldDto {
  @ApiProperty({ enum: ['status', 'ip', 'sha256', 'outcome'] }) field!: string;
  @ApiProperty({ type: String, nullable: true }) before!: string | null;
  @ApiProperty({ type: String, nullable: true }) after!: string | null;
}

export class ExchangeChangeDto {
  @ApiProperty({ enum: ['added', 'removed', 'changed'] }) kind!: string;
  @ApiProperty() method!: string;
  @ApiProperty() url!: string;
  @ApiProperty({ type: [ComparedExchangeFieldDto] }) fields!: ComparedExchangeFieldDto[];
}

export class ComparedExchangesDto {
  @ApiProperty({ enum: RESULTS }) result!: string;
  @ApiProperty(reason) reason!: string | null;
  @ApiProperty({ type: [ExchangeChangeDto], description: 'the first thousand' }) changes!: ExchangeChangeDto[];
  @ApiProperty({ description: 'all of them' }) total!: number;
}

export class ComparisonDto {
  @ApiProperty({ type: CaptureDto }) before!: CaptureDto;
  @ApiProperty({ type: CaptureDto }) after!: CaptureDto;
  @ApiProperty({ type: [ComparedFieldDto] }) fields!: ComparedFieldDto[];
  @ApiProperty({ type: ComparedTextDto }) text!: ComparedTextDto;
  @ApiProperty({ type: [ComparedPictureDto] }) pictures!: ComparedPictureDto[];
  @ApiProperty({ type: ComparedExchangesDto }) exchanges!: ComparedExchangesDto;
}

export function toComparisonDto({ before, after, fields, text, pictures, exchanges }: Comparison): ComparisonDto {
  return {
    before: toCaptureDto(before),
    after: toCaptureDto(after),
    fields,
    text: { result: text.result, reason: text.reason, parts: text.parts ?? null },
    pictures: pictures.map((one) => ({
      path: one.path,
      result: one.result,
      reason: one.reason,
      boxes: one.result === 'unknown' ? [] : one.boxes,
      changedPixels: one.result === 'different' ? one.changedPixels : one.result === 'same' ? 0 : null,
      ...(one.result === 'different' && { sizeBefore: sizeOf(one.sizes[0]), sizeAfter: sizeOf(one.sizes[1]) }),
    })),
    exchanges,
  };
}

const sizeOf = ({ width, height }: PictureSizeDto): PictureSizeDto => ({ width, height });
