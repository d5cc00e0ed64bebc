import { ApiProperty, ApiPropertyOptional, OmitType, PartialType } from '@nestjs/swagger';
import { IsIn, IsIP, IsOptional, IsString, IsUUID, Length, Matches, MaxLength } from 'class-validator';
import { PageQuery } from '../../platform';
import type { Provenance } from '../domain/changes';
import { carrierKinds, carrierPools, type Source, sources, websiteTypes } from '../domain/subject-types';
import type { OutletRow } from '../store/outlet.entity';

/** The filing items of 电子商务信用管理制度 art 9; name and type of the subject come from the subject. */
export class CreateOutletDto {
  @ApiProperty() @IsUUID() subjectId!: string;
  @ApiProperty({ description: '网站名称' }) @IsString() @Length(1, 200) siteName!: string;
  @ApiProperty({ description: '网站域名' }) @IsString() @Length(1, 300) domain!: string;
  @ApiProperty({ description: '网址' }) @IsString() @Length(1, 10_000) url!: string;
  @ApiPropertyOptional({ description: 'IP地址' }) @IsOptional() @IsIP() ip?: string;
  @ApiProperty({ enum: websiteTypes, description: '网站类型' }) @IsIn(websiteTypes) siteType!: string;
  @ApiPropertyOptional({ description: 'ICP备案号或许可证号' }) @IsOptional() @IsString() @MaxLength(60) icpNo?: string;
  @ApiPropertyOptional({ description: 'ISP提供商' }) @IsOptional() @IsString() @MaxLength(200) isp?: string;
  @ApiPropertyOptional({ description: '服务器机房地址' }) @IsOptional() @IsString() @MaxLength(400) idcAddress?: string;
  @ApiPropertyOptional({ description: '联系方式' }) @IsOptional() @IsString() @MaxLength(200) contact?: string;
  @ApiPropertyOptional({ description: '其他登记备案事项' }) @IsOptional() @IsString() @MaxLength(2000) otherFilings?: string;
  @ApiProperty({ enum: carrierKinds }) @IsIn(carrierKinds) carrierKind!: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() operatorId?: string;
  @ApiPropertyOptional({ enum: carrierPools, default: 'none' }) @IsOptional() @IsIn(carrierPools) pool?: string;
  @ApiProperty({ description: 'declaration of the filer that the items are true' }) @IsString() @Length(2, 2000) declaration!: string;
  @ApiPropertyOptional({ description: 'who declared' }) @IsOptional() @IsString() @MaxLength(200) declarant?: string;
  @ApiPropertyOptional({ description: 'division in charge; default that of the subject' }) @IsOptional() @Matches(/^\d{6}$/) divisionCode?: string;
  @ApiPropertyOptional({ enum: sources, default: 'selfFiling' }) @IsOptional() @IsIn(sources) source?: Source;
}

export class ChangeOutletDto extends PartialType(OmitType(CreateOutletDto, ['subjectId']), { skipNullProperties: false }) {
  @ApiPropertyOptional({ description: 'kept in the history' }) @IsOptional() @IsString() @MaxLength(500) reason?: string;
}

export class OutletQuery extends PageQuery {
  @ApiPropertyOptional() @IsOptional() @IsUUID() subjectId?: string;
  @ApiPropertyOptional({ enum: carrierKinds }) @IsOptional() @IsIn(carrierKinds) carrierKind?: string;
  @ApiPropertyOptional({ enum: carrierPools }) @IsOptional() @IsIn(carrierPools) pool?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() operatorId?: string;
}

export class OutletDto {
  @ApiProperty() id!: string;
  @ApiProperty() version!: number;
  @ApiProperty() subjectId!: string;
  @ApiProperty({ type: String, nullable: true, description: 'null when the subject lies outside the territory' }) subjectName!: string | null;
  @ApiProperty({ type: String, nullable: true }) subjectKind!: string | null;
  @ApiProperty() divisionCode!: string;
  @ApiProperty() siteName!: string;
  @ApiProperty() domain!: string;
  @ApiProperty() domainUnicode!: string;
  @ApiProperty({ description: 'a label mixes alphabets: look twice' }) mixedScripts!: boolean;
  @ApiProperty() url!: string;
  @ApiProperty({ type: String, nullable: true }) ip!: string | null;
  @ApiProperty({ enum: websiteTypes }) siteType!: string;
  @ApiProperty({ type: String, nullable: true }) icpNo!: string | null;
  @ApiProperty({ type: String, nullable: true }) isp!: string | null;
  @ApiProperty({ type: String, nullable: true }) idcAddress!: string | null;
  @ApiProperty({ type: String, nullable: true }) contact!: string | null;
  @ApiProperty({ type: String, nullable: true }) otherFilings!: string | null;
  @ApiProperty({ enum: carrierKinds }) carrierKind!: string;
  @ApiProperty() onPlatform!: boolean;
  @ApiProperty({ type: String, nullable: true }) operatorId!: string | null;
  @ApiProperty({ enum: carrierPools }) pool!: string;
  @ApiProperty() declaration!: string;
  @ApiProperty({ type: String, nullable: true }) declarant!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'field → { source, at, by }' }) provenance!: Provenance;
  @ApiProperty() createdAt!: string;
  @ApiProperty() updatedAt!: string;
}

export class OutletPageDto {
  @ApiProperty({ type: [OutletDto] }) items!: OutletDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export function toOutletDto(row: OutletRow): OutletDto {
  const { id, version, subjectId, divisionCode, siteName, domain, domainUnicode, mixedScripts, url, ip, siteType, icpNo, isp } = row;
  const { idcAddress, contact, otherFilings, carrierKind, onPlatform, operatorId, pool, declaration, declarant, provenance } = row;
  return {
    id, version, subjectId, subjectName: row.subject?.name ?? null, subjectKind: row.subject?.kind ?? null, divisionCode, siteName,
    domain, domainUnicode, mixedScripts, url, ip, siteType, icpNo, isp, idcAddress, contact, otherFilings, carrierKind, onPlatform,
    operatorId, pool, declaration, declarant, provenance, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString(),
  }; // prettier-ignore
}
