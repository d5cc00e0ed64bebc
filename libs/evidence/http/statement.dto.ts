import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsObject, IsOptional, IsString, MaxLength, MinLength, ValidateNested } from 'class-validator';
import type { FixationStatement } from '../../capture/capture.contract';

const SCENES = ['remote', 'onSite'] as const;
const ACCESS = ['public', 'account', 'backOffice'] as const;
const PRESENCE = ['present', 'absent'] as const;

/** A line of the checklist that only the officers know (handbook 9.2); signed with the package. */
export class FixationStatementDto implements FixationStatement {
  @ApiProperty({ enum: SCENES, description: 'over the network, or at the place of whoever holds the data' })
  @IsIn(SCENES)
  scene!: (typeof SCENES)[number];
  @ApiPropertyOptional({ description: 'how the address or the place of the file was come to, step by step' })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  entry?: string;
  @ApiPropertyOptional({ enum: ACCESS, description: 'required of a page under hand; a page opened by the machine is public' })
  @IsOptional()
  @IsIn(ACCESS)
  access?: (typeof ACCESS)[number];
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(200) accountName?: string;
  @ApiPropertyOptional({ description: 'whose account it is and who gave it' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  accountSource?: string;
  @ApiPropertyOptional({ description: 'technical helper: name and unit' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  technician?: string;
  @ApiPropertyOptional({ enum: PRESENCE, description: 'whether the holder of the data was there; required on site' })
  @IsOptional()
  @IsIn(PRESENCE)
  holder?: (typeof PRESENCE)[number];
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(200) holderName?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(200) witness?: string;
  @ApiPropertyOptional({ description: 'why there was no witness' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  noWitness?: string;
  @ApiPropertyOptional({ description: 'look-ups of domain and ICP filing: result, time, place of the look-up' })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  registration?: string;
  @ApiPropertyOptional({ description: 'of a purchase made to take evidence: order, time, sum' })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  purchase?: string;
  @ApiPropertyOptional({ description: 'number of a film of the act that is kept elsewhere' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  recording?: string;
}

/** What every request for evidence says, captured or received. */
export class AskedFixationDto {
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(300) purpose!: string;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(500) factToProve!: string;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(200) place!: string;
  @ApiPropertyOptional({ type: FixationStatementDto, description: 'what only the officers know; signed with the package' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => FixationStatementDto)
  statement?: FixationStatementDto;
  @ApiPropertyOptional({ description: 'may contain personal data; true unless you say that there can be none', default: true })
  @IsOptional()
  @IsBoolean()
  personalData?: boolean;
}
