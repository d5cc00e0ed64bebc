export { type OrderFact, ORDER_FACTS } from './domain/facts';
export { orderStates } from './domain/order.states';
export { ORDER_PERMISSIONS } from './domain/permissions';
export { OrdersProblem } from './domain/problems';
export { OrdersModule } from './orders.module';
export { ORDER_ROWS } from './store/rows';
