import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit';
import { CasesModule } from '../cases';
import { DocumentsModule } from '../documents';
import { EvidenceModule } from '../evidence';
import { OfficersModule } from '../officers';
import { RegistryModule } from '../registry';
import { OpenCaseFiles } from './app/case-files';
import { DispatchService, LinkService } from './app/dispatch.service';
import { DocumentPapers } from './app/document-papers';
import { EvidenceLooks } from './app/evidence-looks';
import { OrderClocks } from './app/order-clocks';
import { OrderMoves } from './app/order-moves';
import { OrderService } from './app/order.service';
import { OrderWorld } from './app/order-world';
import { CaseFiles, Looks, Operators, Outlets, Papers } from './app/outside';
import { RegistryOperators, RegistryOutlets } from './app/registry-adapters';
import { SealService } from './app/seal.service';
import { TransitionRest, TransitionService } from './app/transition.service';
import { ordersConfig } from './orders.config';
import { ORDER_ROWS } from './store/rows';

const OUTSIDE = [
  { provide: CaseFiles, useClass: OpenCaseFiles },
  { provide: Papers, useClass: DocumentPapers },
  { provide: Looks, useClass: EvidenceLooks },
  { provide: Operators, useClass: RegistryOperators },
  { provide: Outlets, useClass: RegistryOutlets },
];
const SERVICES = [
  OrderService,
  TransitionService,
  LinkService,
  DispatchService,
  SealService,
  OrderMoves,
  OrderClocks,
  OrderWorld,
];

/** Orders for every process that handles cases. The portal has its own, smaller module. */
@Module({
  imports: [
    TypeOrmModule.forFeature(ORDER_ROWS),
    AuditModule,
    CasesModule,
    DocumentsModule,
    EvidenceModule,
    OfficersModule,
    RegistryModule,
  ],
  providers: [ordersConfig, ...OUTSIDE, ...SERVICES, TransitionRest],
  exports: [ordersConfig, ...OUTSIDE.map(({ provide }) => provide), ...SERVICES],
})
export class OrdersModule {}
