import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { FastifyInstance } from 'fastify';
import { OrderMoves } from './app/order-moves';
import { PartnerActs } from './app/partner-acts.service';
import { PartnerService } from './app/partner.service';
import { acceptForms } from './http/form-body';
import { OrderPageController } from './http/order-page.controller';
import { PartnerController } from './http/partner.controller';
import { VisitCookies } from './http/visit-cookies';
import { ordersConfig, type OrdersConfig } from './orders.config';
import { ORDER_ROWS } from './store/rows';

/** Room for the fields of a form besides its files. */
const FIELDS_BYTES = 1024 * 1024;

/** Operators' pages and interface, for the portal: no cases, no documents room, no evidence, no blobs, no keys. */
@Module({
  imports: [TypeOrmModule.forFeature(ORDER_ROWS)],
  controllers: [OrderPageController, PartnerController],
  providers: [ordersConfig, PartnerService, PartnerActs, OrderMoves, VisitCookies],
})
export class OrdersPortalModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(ordersConfig.provide) private readonly config: OrdersConfig,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter?.getInstance<FastifyInstance | undefined>();
    if (fastify) acceptForms(fastify, this.config.proofFileBytes * this.config.proofFiles + FIELDS_BYTES);
  }
}
