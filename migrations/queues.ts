import { Client } from 'pg';
import { runMigrations } from 'bullmq';

/**
 * BullMQ's own schema, for systems without Redis. Nothing of the truth is in it: what it loses, a sweep queues again, so its
 * tables carry no row security and the processes that queue or work may use all of them.
 */
export async function prepareQueues(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await runMigrations(client, 'bullmq');
    const roles = 'nms_api, nms_portal, nms_worker';
    await client.query(`
      GRANT USAGE, CREATE ON SCHEMA bullmq TO ${roles}; -- it makes a sequence per queue on first use
      ALTER DEFAULT PRIVILEGES FOR ROLE ${roles} IN SCHEMA bullmq GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO ${roles};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bullmq TO ${roles};
      GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA bullmq TO ${roles};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bullmq TO ${roles};`);
  } finally {
    await client.end();
  }
}
