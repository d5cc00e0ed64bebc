import { DataSource } from 'typeorm';
import * as migrations from './index';

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
    return (await source.runMigrations()).map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}
