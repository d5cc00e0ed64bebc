import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsEmail, IsIn, IsOptional, IsString, Length, MaxLength, ValidateNested } from 'class-validator';
import { PageQuery } from '../../platform';
import { type OperatorKind, operatorKinds } from '../domain/subject-types';
import { type ContactRole, contactRoles, type OperatorRow } from '../store/operator.entity';

export class OperatorContactDto {
  @ApiProperty() @IsString() @Length(1, 100) name!: string;
  @ApiProperty({ enum: contactRoles }) @IsIn(contactRoles) role!: ContactRole;
  @ApiPropertyOptional({ type: String, nullable: true }) @IsOptional() @IsEmail() @MaxLength(254) email?: string | null;
  @ApiPropertyOptional({ type: String, nullable: true }) @IsOptional() @IsString() @MaxLength(40) phone?: string | null;
  @ApiProperty({ description: 'what the number or address may be used for' }) @IsString() @Length(2, 200) purpose!: string;
}

export class CreateOperatorDto {
  @ApiProperty() @IsString() @Length(1, 200) name!: string;
  @ApiProperty({ enum: operatorKinds }) @IsIn(operatorKinds) kind!: OperatorKind;
  @ApiPropertyOptional({ type: String, nullable: true }) @IsOptional() @IsString() @MaxLength(60) uscc?: string | null;
  @ApiProperty({ type: [OperatorContactDto] })
  @IsArray()
  @ArrayMaxSize(30)
  @ValidateNested({ each: true })
  @Type(() => OperatorContactDto)
  contacts!: OperatorContactDto[];
}

export class ChangeOperatorDto extends PartialType(CreateOperatorDto, { skipNullProperties: false }) {}

export class OperatorQuery extends PageQuery {
  @ApiPropertyOptional({ enum: operatorKinds }) @IsOptional() @IsIn(operatorKinds) kind?: OperatorKind;
}

export class OperatorDto {
  @ApiProperty() id!: string;
  @ApiProperty() version!: number;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: operatorKinds }) kind!: OperatorKind;
  @ApiProperty({ type: String, nullable: true }) uscc!: string | null;
  @ApiProperty({ type: [OperatorContactDto] }) contacts!: OperatorContactDto[];
  @ApiProperty() createdAt!: string;
  @ApiProperty() updatedAt!: string;
}

export class OperatorPageDto {
  @ApiProperty({ type: [OperatorDto] }) items!: OperatorDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export function toOperatorDto({ id, version, name, kind, uscc, contacts, createdAt, updatedAt }: OperatorRow): OperatorDto {
  return {
    id,
    version,
    name,
    kind,
    uscc,
    contacts: contacts.map((c) => ({ name: c.name, role: c.role, email: c.email, phone: c.phone, purpose: c.purpose })),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
