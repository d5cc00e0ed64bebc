import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { Clock } from '../../../libs/kernel';
import { MovableClock, Open, PlatformProblem } from '../../../libs/platform';

export class AdvanceDto {
  @ApiProperty() @IsInt() @Min(0) @Max(400 * 86_400_000) advanceMs!: number;
}

export class ClockDto {
  @ApiProperty() now!: string;
}

/** Moves the time of a demonstration or test system. Where NMS_CLOCK_FILE is unset these routes answer 404. */
@ApiTags('test')
@Controller('test/clock')
export class ClockController {
  constructor(private readonly clock: Clock) {}

  @Get()
  @Open('exists only in demonstration and test systems')
  @ApiOkResponse({ type: ClockDto })
  show(): ClockDto {
    return { now: this.movable().now().toISOString() };
  }

  @Post()
  @HttpCode(200)
  @Open('exists only in demonstration and test systems')
  @ApiOkResponse({ type: ClockDto })
  advance(@Body() { advanceMs }: AdvanceDto): ClockDto {
    this.movable().advance(advanceMs);
    return this.show();
  }

  private movable(): MovableClock {
    if (!(this.clock instanceof MovableClock)) throw PlatformProblem.notFound();
    return this.clock;
  }
}
