import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Patch, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiParam,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength, MinLength } from 'class-validator';
import { Db, IfMatch, type Page, PageQuery, pageOf, Refuses, requireMatch, Requires, type Scope } from '../../platform';
import { OfficerDirectory } from '../app/officer-directory';
import { OfficersProblem } from '../domain/problems';
import { ROLES, type Role } from '../domain/roles';
import { OfficerRow, UnitRow } from '../store/officer.entity';

export class RoleDto {
  @ApiProperty({ enum: ROLES }) role!: Role;
  @ApiProperty({ enum: ['self', 'unit', 'below', 'all', 'none'] }) scope!: Scope;
}

export class OfficerDto {
  @ApiProperty() id!: string;
  @ApiProperty() account!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ type: String, nullable: true }) certificate!: string | null;
  @ApiProperty() unitId!: string;
  @ApiProperty() unit!: string;
  @ApiProperty() division!: string;
  @ApiProperty({ enum: ['active', 'disabled'] }) state!: string;
  @ApiProperty({ type: [RoleDto] }) roles!: RoleDto[];
  @ApiProperty() version!: number;
}

export class NewOfficerDto {
  @ApiProperty({ example: 'officer.a' }) @Matches(/^[a-z][a-z0-9._-]{2,39}$/) account!: string;
  @ApiProperty() @IsString() @MinLength(1) @MaxLength(60) name!: string;
  @ApiPropertyOptional({ description: 'number of the enforcement certificate' })
  @IsOptional()
  @Matches(/^[0-9A-Za-z-]{4,30}$/)
  certificate?: string;
  @ApiProperty() @IsUUID() unitId!: string;
  @ApiProperty() @IsString() @MaxLength(200) password!: string;
}

export class CreatedOfficerDto extends OfficerDto {
  @ApiProperty({ description: 'base32; shown this once, to be put into an authenticator' }) totpSecret!: string;
}

export class ChangeOfficerDto {
  @ApiPropertyOptional() @IsOptional() @IsString() @MinLength(1) @MaxLength(60) name?: string;
  @ApiPropertyOptional({ enum: ['active', 'disabled'] }) @IsOptional() @IsIn(['active', 'disabled']) state?:
    'active' | 'disabled';
}

export class GrantDto {
  @ApiProperty({ enum: ROLES }) @IsIn(ROLES) role!: Role;
  @ApiProperty({ enum: ['self', 'unit', 'below', 'all', 'none'] }) @IsIn(['self', 'unit', 'below', 'all', 'none']) scope!: Scope;
}

export class OfficerQuery extends PageQuery {
  @ApiPropertyOptional() @IsOptional() @IsUUID() unitId?: string;
  @ApiPropertyOptional({ enum: ROLES }) @IsOptional() @IsIn(ROLES) role?: Role;
}

export class OfficerPageDto {
  @ApiProperty({ type: [OfficerDto] }) items!: OfficerDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export class UnitDto {
  @ApiProperty() id!: string;
  @ApiProperty() name!: string;
  @ApiProperty() division!: string;
  @ApiProperty() agencyName!: string;
}

export function toOfficerDto(row: OfficerRow): OfficerDto {
  const { id, account, name, certificate, unitId, unit, divisionCode, state, version } = row;
  return {
    id,
    account,
    name,
    certificate,
    unitId,
    unit: unit.name,
    division: divisionCode,
    state,
    version,
    roles: row.roles.map(({ role, scope }) => ({ role, scope })),
  };
}

@ApiTags('officers')
@Controller()
export class OfficersController {
  constructor(
    private readonly db: Db,
    private readonly directory: OfficerDirectory,
  ) {}

  /** Colleagues by name or account: also how a second officer is chosen. */
  @Get('officers')
  @Requires('officer:read')
  @ApiOkResponse({ type: OfficerPageDto })
  list(@Query() query: OfficerQuery): Promise<Page<OfficerDto>> {
    return this.db.tx(async (tx) => {
      const found = tx.createQueryBuilder(OfficerRow, 'o').leftJoinAndSelect('o.unit', 'u').leftJoinAndSelect('o.roles', 'r');
      if (query.q)
        found.andWhere('(o.name LIKE :like OR o.account LIKE :like)', { like: `%${query.q.replace(/[\\%_]/g, '\\$&')}%` });
      if (query.unitId) found.andWhere('o.unitId = :unitId', { unitId: query.unitId });
      if (query.role)
        found.andWhere('EXISTS (SELECT FROM officer_role x WHERE x.officer_id = o.id AND x.role = :role)', { role: query.role });
      const page = await pageOf(found, query, {
        sortable: { account: 'o.account', name: 'o.name' },
        defaultSort: 'account',
        defaultOrder: 'ASC',
        id: 'o.id',
      });
      return { ...page, items: page.items.map(toOfficerDto) };
    });
  }

  @Get('officers/:id')
  @Requires('officer:read')
  @ApiOkResponse({ type: OfficerDto })
  show(@Param('id', ParseUUIDPipe) id: string): Promise<OfficerDto> {
    return this.db.tx(async (tx) => toOfficerDto(await this.directory.byId(tx, id)));
  }

  /** Creates an account that may nothing yet; the security administrator grants roles. */
  @Post('officers')
  @Requires('officer:create')
  @Refuses(OfficersProblem.accountTaken, OfficersProblem.certificateTaken, OfficersProblem.weakPassword)
  @ApiCreatedResponse({ type: CreatedOfficerDto })
  create(@Body() body: NewOfficerDto): Promise<CreatedOfficerDto> {
    return this.db.tx(async (tx) => {
      const { officer, totpSecret } = await this.directory.create(tx, { ...body, certificate: body.certificate ?? null });
      return { ...toOfficerDto(officer), totpSecret };
    });
  }

  @Patch('officers/:id')
  @Requires('officer:create')
  @ApiOkResponse({ type: OfficerDto })
  change(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ChangeOfficerDto,
    @IfMatch() version: number,
  ): Promise<OfficerDto> {
    return this.db.tx(async (tx) => {
      const officer = await this.directory.byId(tx, id);
      requireMatch(version, officer.version);
      await tx.update(OfficerRow, { id }, { ...body, version: officer.version + 1 });
      return toOfficerDto(await this.directory.byId(tx, id));
    });
  }

  @Post('officers/:id/roles')
  @Requires('officer:grant')
  @Refuses(OfficersProblem.rolesNotSeparate)
  @ApiCreatedResponse({ type: OfficerDto })
  grant(@Param('id', ParseUUIDPipe) id: string, @Body() { role, scope }: GrantDto): Promise<OfficerDto> {
    return this.db.tx(async (tx) => {
      await this.directory.grant(tx, id, role, scope);
      return toOfficerDto(await this.directory.byId(tx, id));
    });
  }

  @Delete('officers/:id/roles/:role')
  @HttpCode(204)
  @Requires('officer:grant')
  @ApiParam({ name: 'role', type: String })
  @ApiNoContentResponse()
  revoke(@Param('id', ParseUUIDPipe) id: string, @Param('role') role: Role): Promise<void> {
    return this.db.tx((tx) => this.directory.revoke(tx, id, role));
  }

  @Get('units')
  @Requires('officer:read')
  @ApiOkResponse({ type: [UnitDto] })
  units(): Promise<UnitDto[]> {
    return this.db.tx(async (tx) => {
      const rows = await tx.find(UnitRow, { order: { divisionCode: 'ASC', name: 'ASC' } });
      return rows.map(({ id, name, divisionCode, agencyName }) => ({ id, name, division: divisionCode, agencyName }));
    });
  }
}
