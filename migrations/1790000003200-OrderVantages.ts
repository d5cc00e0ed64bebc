import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From which vantage point each look was taken, and by which an address was confirmed. Null: looked before vantage points had names. */
export class OrderVantages1790000003200 implements MigrationInterface {
  name = 'OrderVantages1790000003200';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE order_observation ADD COLUMN vantage text;
      ALTER TABLE order_address ADD COLUMN confirmed_from text[];
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE order_observation DROP COLUMN vantage;
      ALTER TABLE order_address DROP COLUMN confirmed_from;
    `);
  }
}
