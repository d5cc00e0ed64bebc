import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Open } from '../../../libs/platform';

export class HealthDto {
  @ApiProperty({ enum: ['ok'] }) status!: 'ok';
}

/** Answers only while the database answers. */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly source: DataSource) {}

  @Get()
  @Open('a balancer asks without session; tells nothing but that we live')
  @ApiOkResponse({ type: HealthDto })
  async show(): Promise<HealthDto> {
    await this.source.query('SELECT 1');
    return { status: 'ok' };
  }
}
