import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OfficerDirectory } from './app/officer-directory';
import { OFFICER_ROWS } from './store/officer.entity';

/** People and units, for every process that has the database. */
@Global()
@Module({ imports: [TypeOrmModule.forFeature(OFFICER_ROWS)], providers: [OfficerDirectory], exports: [OfficerDirectory] })
export class OfficersModule {}
