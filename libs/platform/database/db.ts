import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
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
    const values = [claims.actor, claims.scope, claims.division, divisionPrefix(claims.division), claims.roles.join(',')];
    const places = args.map((_, i) => `, $${values.length + 1 + i}`).join('');
    return this.source.query<Row[]>(
      `SELECT called.* FROM (
         SELECT concat(set_config('nms.actor', $1, true), set_config('nms.scope', $2, true), set_config('nms.division', $3, true),
                       set_config('nms.prefix', $4, true), set_config('nms.roles', $5, true)) AS claimed OFFSET 0) AS claims
       CROSS JOIN LATERAL ${name}(claims.claimed${places}) AS called`,
      [...values, ...args],
    );
  }

  private async begin<T>(claims: Claims, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const { result, afterCommit } = await this.source.transaction(async (tx) => {
      await tx.query(
        `SELECT set_config('nms.actor', $1, true), set_config('nms.scope', $2, true), set_config('nms.division', $3, true),
                set_config('nms.prefix', $4, true), set_config('nms.roles', $5, true)`,
        [claims.actor, claims.scope, claims.division, divisionPrefix(claims.division), claims.roles.join(',')],
      );
      return inTransaction(claims, tx, () => work(tx));
    });
    for (const act of afterCommit) await act();
    return result;
  }
}
