import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsInt, IsObject, IsOptional, Max, Min } from 'class-validator';
import { MAX_SESSION_ACTS, type SessionEnd } from '../../capture/capture.contract';

export class OpenSessionDto {
  @ApiProperty({ description: 'take the wheel, or only look' }) @IsBoolean() drive!: boolean;
}

export class OpeningDto {
  @ApiProperty({ description: 'names this opening in the requests that follow' }) view!: string;
  @ApiProperty() driving!: boolean;
}

export class SessionLookQuery {
  @ApiPropertyOptional({ description: 'number of the picture that is known already; none unless told', default: -1 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(-1)
  @Max(2_000_000_000)
  known = -1;
}

export class SessionViewDto {
  @ApiProperty({ enum: ['waiting', 'open', 'ended'] }) state!: 'waiting' | 'open' | 'ended';
  @ApiProperty() n!: number;
  @ApiPropertyOptional({ description: 'the page as a JPEG picture' }) jpegBase64?: string;
  @ApiProperty({ description: 'CSS pixels' }) width!: number;
  @ApiProperty({ description: 'CSS pixels' }) height!: number;
  @ApiProperty() url!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ enum: ['none', 'text', 'secret'] }) focus!: 'none' | 'text' | 'secret';
  @ApiProperty({ description: 'why the last act was not done; else empty' }) refused!: string;
  @ApiProperty() idleLeftMs!: number;
  @ApiProperty() totalLeftMs!: number;
  @ApiProperty() driving!: boolean;
}

export class SessionActsDto {
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'acts in order: move, click, wheel, key, selectAll, text, compose, back, reload, go',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_SESSION_ACTS)
  @IsObject({ each: true })
  acts!: Record<string, unknown>[];
}

export class EndSessionDto {
  @ApiProperty({ enum: ['take', 'abandon'] }) @IsIn(['take', 'abandon']) how!: SessionEnd;
}
