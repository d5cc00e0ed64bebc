import type { EntityManager } from 'typeorm';
import type { ClockKey } from '../domain/order';

/** Stops what of `keys` still runs. The portal may do this and nothing else to a clock. */
export async function stopClocks(tx: EntityManager, orderId: string, keys: readonly ClockKey[], at: Date): Promise<void> {
  await tx.query('UPDATE order_clock SET stopped_at = $3 WHERE order_id = $1 AND key = ANY ($2) AND stopped_at IS NULL', [
    orderId,
    keys,
    at,
  ]);
}
