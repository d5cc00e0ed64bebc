import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { type Claims, currentClaims, Db, Facts, PlatformProblem } from '../../platform';
import { LINK_WANTED } from '../domain/facts';
import { linkedStates } from '../domain/order.states';
import { OrdersProblem } from '../domain/problems';
import { codeHash, hashOf, hashOfBytes, newToken, sameHash, TOKEN } from '../domain/token';
import { ordersConfig, type OrdersConfig } from '../orders.config';
import { ClockRow, ObservationRow } from '../store/observation.entity';
import { AddressRow, OrderRow } from '../store/order.entity';
import { LinkRow } from '../store/partner.entity';
import { reportsOf, type WholeReport } from '../store/reports';

/** An order as its link opens it. */
export interface Opened {
  link: LinkRow;
  order: OrderRow;
}

export interface OrderView extends Opened {
  addresses: AddressRow[];
  clocks: ClockRow[];
  observations: ObservationRow[];
  reports: WholeReport[];
}

interface CodeRow {
  id: string;
  code_hash: string | null;
  tries: number;
}

const HOUR_MS = 3_600_000;
const VISITOR: Claims = { actor: 'public', scope: 'public', division: '000000', roles: [] };

/**
 * The operator's side, in the portal's process. Its database role sees the one order whose link's digest the transaction claims, so an
 * error here cannot show another. The link shows number and office; everything else comes after the one-time code.
 */
@Injectable()
export class PartnerService {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly facts: Facts,
    @Inject(ordersConfig.provide) private readonly config: OrdersConfig,
  ) {}

  /** What the link alone shows. Reads only: however often a scanner fetches it, nothing moves (AC-OPR-1.1). */
  knock(token: string): Promise<Opened & { expired: boolean }> {
    return this.with(token, async (_, opened) => ({ ...opened, expired: opened.link.expiresAt <= this.clock.now() }));
  }

  /** Asks the worker to send a one-time code to the second contact. */
  askCode(token: string): Promise<void> {
    return this.withLive(token, async (tx, { link }) => {
      const at = this.clock.now();
      const [{ asked }] = (await tx.query(
        'SELECT count(*)::int AS asked FROM order_code WHERE link_id = $1 AND requested_at > $2',
        [link.id, new Date(at.getTime() - HOUR_MS)],
      )) as [{ asked: number }];
      if (asked >= this.config.codesPerHour) throw OrdersProblem.tooManyCodes({ retryAfterS: 3600 });
      await tx.query('INSERT INTO order_code (id, link_id, requested_at) VALUES ($1, $2, $3)', [randomUUID(), link.id, at]);
    });
  }

  /** Trades a code for a session of some hours; returns its secret. A wrong try counts even though the answer is a refusal. */
  async enter(token: string, code: string): Promise<string> {
    const outcome = await this.withLive(token, async (tx, { link }) => {
      const at = this.clock.now();
      const codes = await tx.query<CodeRow[]>(
        `SELECT id, code_hash, tries FROM order_code WHERE link_id = $1 AND used_at IS NULL AND expires_at > $2 AND tries < $3
         ORDER BY requested_at DESC LIMIT 1 FOR UPDATE`,
        [link.id, at, this.config.codeTries],
      );
      const last = codes[0];
      if (!last?.code_hash || !sameHash(last.code_hash, codeHash(link.id, code.trim()))) {
        if (last) await tx.query('UPDATE order_code SET tries = tries + 1 WHERE id = $1', [last.id]);
        return { triesLeft: last ? this.config.codeTries - last.tries - 1 : 0 };
      }
      await tx.query('UPDATE order_code SET used_at = $2 WHERE id = $1', [last.id, at]);
      const session = newToken();
      const expiresAt = new Date(at.getTime() + this.config.visitHours * HOUR_MS);
      await tx.query('INSERT INTO order_visit (session_hash, link_id, at, expires_at) VALUES ($1, $2, $3, $4)', [
        session.hash,
        link.id,
        at,
        expiresAt,
      ]);
      return { session: session.clear };
    });
    // Thrown after the commit: thrown inside, the refusal would take the counted try back with it.
    if (!outcome.session) throw OrdersProblem.codeWrong({ triesLeft: outcome.triesLeft ?? 0 });
    return outcome.session;
  }

  /** An expired link asks for another; it goes to the registered contact and to nobody else. */
  askLink(token: string): Promise<void> {
    return this.with(token, async (tx, { link, order }) => {
      if (link.expiresAt > this.clock.now() || !linkedStates.includes(order.state)) return;
      await this.facts.publish(tx, LINK_WANTED, order.id, { orderId: order.id, linkId: link.id });
    });
  }

  /** The whole order, for who has entered. */
  view(token: string, session: string | undefined): Promise<OrderView> {
    return this.inside(token, session, async (tx, opened) => {
      const where = { orderId: opened.order.id };
      return {
        ...opened,
        addresses: await tx.find(AddressRow, { where, order: { no: 'ASC' } }),
        clocks: await tx.find(ClockRow, { where, order: { dueAt: 'ASC' } }),
        observations: await tx.find(ObservationRow, { where, order: { requestedAt: 'ASC', addressNo: 'ASC', profile: 'ASC' } }),
        reports: await reportsOf(tx, opened.order.id),
      };
    });
  }

  /** A paper of the order, checked against the digest that was taken when the order was sealed. */
  paper(
    token: string,
    session: string | undefined,
    part: 'order' | 'decision' = 'order',
  ): Promise<{ name: string; bytes: Buffer; intact: boolean }> {
    return this.inside(token, session, async (tx, { order }) => {
      const [paper] = await tx.query<{ sha256: string; bytes: Buffer }[]>(
        'SELECT sha256, bytes FROM order_paper WHERE order_id = $1 AND part = $2',
        [order.id, part],
      );
      if (!paper) throw PlatformProblem.notFound();
      const expected = part === 'order' ? order.documentSha256 : paper.sha256;
      const name = part === 'order' ? `${order.number}.pdf` : `${order.number} decision.pdf`;
      return { name, bytes: paper.bytes, intact: hashOfBytes(paper.bytes) === expected };
    });
  }

  /** Runs `work` for who has entered with a code; refuses everybody else. */
  inside<T>(token: string, session: string | undefined, work: (tx: EntityManager, opened: Opened) => Promise<T>): Promise<T> {
    return this.withLive(token, async (tx, opened) => {
      const [visit] = session
        ? await tx.query<unknown[]>('SELECT FROM order_visit WHERE session_hash = $1 AND link_id = $2 AND expires_at > $3', [
            hashOf(session),
            opened.link.id,
            this.clock.now(),
          ])
        : [];
      if (!visit) throw OrdersProblem.codeRequired();
      return work(tx, opened);
    });
  }

  private withLive<T>(token: string, work: (tx: EntityManager, opened: Opened) => Promise<T>): Promise<T> {
    return this.with(token, async (tx, opened) => {
      if (opened.link.expiresAt <= this.clock.now()) throw OrdersProblem.linkExpired();
      return work(tx, opened);
    });
  }

  /** Opens the order behind `token`: an unknown, malformed or revoked one is answered like a page that does not exist. */
  private async with<T>(token: string, work: (tx: EntityManager, opened: Opened) => Promise<T>): Promise<T> {
    if (!TOKEN.test(token)) throw PlatformProblem.notFound();
    // A transaction of its own: joined to that of an Idempotency-Key, a refusal would undo the wrong try that it has just counted.
    return this.db.as(currentClaims() ?? VISITOR, async (tx) => {
      await tx.query(`SELECT set_config('nms.order_link', $1, true)`, [hashOf(token)]);
      const link = await tx.findOne(LinkRow, { where: { tokenHash: hashOf(token) } });
      const order = link && (await tx.findOneBy(OrderRow, { id: link.orderId }));
      if (!link || !order) throw PlatformProblem.notFound();
      return work(tx, { link, order });
    });
  }
}
