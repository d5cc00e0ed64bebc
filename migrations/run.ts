import { DataSource } from 'typeorm';
import * as migrations from './index';
import { prepareQueues } from './queues';

/** Brings the database at `url` (a superuser or owner) up to date; returns the names of the migrations that ran. */
export async function migrate(url: string): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: Object.values(migrations),
    migrationsTransactionMode: 'each',
    installExtensions: false,
  });
  await source.initialize();
  try {
    const ran = (await source.runMigrations()).map(({ name }) => name);
    await prepareQueues(url);
    return ran;
  } finally {
    await source.destroy();
  }
}
