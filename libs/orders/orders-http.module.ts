import { Module } from '@nestjs/common';
import { ReportReader } from './app/report-reader';
import { CaseOrdersController, OrderController } from './http/order.controller';
import { OrdersModule } from './orders.module';

/** Orders for the console's API. */
@Module({ imports: [OrdersModule], controllers: [OrderController, CaseOrdersController], providers: [ReportReader] })
export class OrdersHttpModule {}
