import { Body, Controller, Get, HttpCode, Param, ParseIntPipe, Put } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Length, Matches, ValidateNested } from 'class-validator';
import { type CalendarYear, type Holiday, type WorkingCalendar } from '../../kernel';
import { Db, PlatformProblem, Refuses, Requires } from '../../platform';
import { CalendarService } from '../app/calendar.service';
import { CasesProblem } from '../domain/problems';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export class HolidayDto implements Holiday {
  @ApiProperty() @IsString() @Length(1, 20) name!: string;
  @ApiProperty() @Matches(DAY) from!: string;
  @ApiProperty() @Matches(DAY) to!: string;
}

export class ImportCalendarDto {
  @ApiProperty({ description: 'title of the official notice' }) @IsString() @Length(5, 200) basis!: string;
  @ApiPropertyOptional({ type: String, nullable: true, description: 'day of the notice' }) @IsOptional() @Matches(DAY) issued?:
    string | null;
  @ApiProperty({ type: [HolidayDto] })
  @IsArray()
  @ArrayMaxSize(30)
  @ValidateNested({ each: true })
  @Type(() => HolidayDto)
  holidays!: HolidayDto[];
  @ApiProperty({ type: [String], description: 'Saturdays and Sundays that are worked' })
  @IsArray()
  @ArrayMaxSize(40)
  @Matches(DAY, { each: true })
  workdays!: string[];
}

export class CalendarYearDto implements CalendarYear {
  @ApiProperty() year!: number;
  @ApiProperty({ description: 'from an official notice' }) confirmed!: boolean;
  @ApiProperty({ enum: ['F', 'F2', 'K', 'I'] }) mark!: CalendarYear['mark'];
  @ApiProperty() basis!: string;
  @ApiProperty({ type: String, nullable: true }) issued!: string | null;
  @ApiProperty({ type: [HolidayDto] }) holidays!: readonly HolidayDto[];
  @ApiProperty({ type: [String] }) workdays!: readonly string[];
}

export class CalendarDto {
  @ApiProperty({ type: [CalendarYearDto] }) years!: CalendarYearDto[];
  @ApiProperty({ type: [Number], description: 'years that should have an official table by now and have none' })
  missing!: number[];
}

/** Which days are worked: every time limit rests on it. */
@ApiTags('calendar')
@Controller('calendar')
export class CalendarController {
  constructor(
    private readonly db: Db,
    private readonly calendars: CalendarService,
  ) {}

  @Get()
  @Requires('session')
  @ApiOkResponse({ type: CalendarDto })
  show(): Promise<CalendarDto> {
    return this.db.tx(async (tx) => this.view(await this.calendars.current(tx)));
  }

  /** Loads the official notice of one year; clocks are recounted within the minute. */
  @Put(':year')
  @HttpCode(200)
  @Requires('calendar:import')
  @Refuses(CasesProblem.calendarFaulty)
  @ApiOkResponse({ type: CalendarDto })
  import(
    @Param('year', new ParseIntPipe({ exceptionFactory: () => PlatformProblem.notFound() })) year: number,
    @Body() { basis, issued = null, holidays, workdays }: ImportCalendarDto,
  ): Promise<CalendarDto> {
    if (year < 2000 || year > 2100) throw PlatformProblem.notFound();
    const table: CalendarYear = { year, confirmed: true, mark: 'F', basis, issued, holidays, workdays };
    return this.db.tx(async (tx) => this.view(await this.calendars.import(tx, table)));
  }

  private view(calendar: WorkingCalendar): CalendarDto {
    const years = [...calendar.years].sort((a, b) => a.year - b.year).map((year) => ({ ...year }));
    return { years, missing: this.calendars.missing(calendar) };
  }
}
