import { Injectable } from '@nestjs/common';
import { escapeLiteral } from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { PlatformProblem } from '../problems';
import { type Claims, currentClaims, currentTransaction, divisionPrefix, inTransaction } from './claims';

/**
 * The only way to the database. Every statement runs inside a transaction that carries the claims of the acting person as
 * settings local to it; row security reads them, and without them reads nothing.
 */
@Injectable()
export class Db {
  constructor(private readonly source: DataSource) {}

  /** Runs `work` with the claims of the running request or job; joins the running transaction if there is one. */
  async tx<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const claims = currentClaims();
    if (!claims) throw PlatformProblem.noClaims();
    const running = currentTransaction();
    return running ? work(running) : this.begin(claims, work);
  }

  /** Runs `work` with the given claims in a transaction of its own. */
  as<T>(claims: Claims, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.begin(claims, work);
  }

  /**
   * Calls a function of the database in a transaction of its own, in a single round trip: claims, work and commit. Its first parameter, a
   * text, tells it nothing; it only comes when the claims are set.
   */
  call<Row>(claims: Claims, name: string, args: readonly unknown[]): Promise<Row[]> {
    const settings = settingsOf(claims);
    const values = settings.map(([, value]) => value);
    const places = args.map((_, i) => `, $${values.length + 1 + i}`).join('');
    return this.source.query<Row[]>(
      `SELECT called.* FROM (
         SELECT concat(${settings.map(([name], i) => `set_config('${name}', $${i + 1}, true)`).join(', ')}) AS claimed OFFSET 0) AS claims
       CROSS JOIN LATERAL ${name}(claims.claimed${places}) AS called`,
      [...values, ...args],
    );
  }

  private async begin<T>(claims: Claims, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const runner = this.source.createQueryRunner();
    try {
      claimAtStart(runner, claims);
      const { result, afterCommit } = await runner.manager.transaction((tx) => inTransaction(claims, tx, () => work(tx)));
      await runner.release();
      for (const act of afterCommit) await act();
      return result;
    } finally {
      if (!runner.isReleased) await runner.release();
    }
  }
}

/** Lets the statement that opens the transaction bring the claims along: one round trip less for every transaction there is. */
function claimAtStart(runner: QueryRunner, claims: Claims): void {
  const query = runner.query.bind(runner) as (statement: string) => Promise<unknown>;
  const start = (statement: string): Promise<unknown> => {
    // The first statement of all; from the second on the runner's own method counts again.
    Reflect.deleteProperty(runner, 'query');
    const set = settingsOf(claims).map(([name, value]) => `set_config('${name}', ${escapeLiteral(value)}, true)`);
    return query(`${statement}; SELECT ${set.join(', ')}`);
  };
  Object.defineProperty(runner, 'query', { value: start, configurable: true });
}

function settingsOf(claims: Claims): [name: string, value: string][] {
  return [
    ['nms.actor', claims.actor],
    ['nms.scope', claims.scope],
    ['nms.division', claims.division],
    ['nms.prefix', divisionPrefix(claims.division)],
    ['nms.roles', claims.roles.join(',')],
  ];
}
