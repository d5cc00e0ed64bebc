import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Db, Log, Mailer, platformConfig, type PlatformConfig } from '../../platform';
import { codeMail, orderMail } from '../domain/mails';
import { linkedStates } from '../domain/order.states';
import { newCode, newToken } from '../domain/token';
import { ordersConfig, type OrdersConfig } from '../orders.config';
import { LinkRow } from '../store/partner.entity';
import { OrderClocks } from './order-clocks';
import { OrderMoves, systemMover } from './order-moves';
import { OrderWorld } from './order-world';

const MINUTE_MS = 60_000;

/** The outside of the mails: server, addresses, log. */
@Injectable()
export class MailRest {
  constructor(
    readonly mailer: Mailer,
    readonly log: Log,
    @Inject(ordersConfig.provide) readonly config: OrdersConfig,
    @Inject(platformConfig.provide) readonly platform: PlatformConfig,
  ) {}
}

/**
 * Sends links and one-time codes. The clear text of either exists only between its making and the mail: a crash in between loses it,
 * and the next sweep makes another. A link is `sent` when the receiver's mail server has taken the mail, and then the order is delivered.
 */
@Injectable()
export class MailService {
  constructor(
    private readonly db: Db,
    private readonly moves: OrderMoves,
    private readonly world: OrderWorld,
    private readonly clocks: OrderClocks,
    private readonly clock: Clock,
    private readonly rest: MailRest,
  ) {}

  /** Every order that is out and has no link that works gets one. */
  async sendLinks(): Promise<void> {
    const waiting = await this.db.tx((tx) =>
      tx.query<{ id: string }[]>(
        `SELECT o.id FROM orders o WHERE o.state = ANY ($1)
           AND NOT EXISTS (SELECT FROM order_link l WHERE l.order_id = o.id AND l.revoked_at IS NULL AND l.sent_at IS NOT NULL)
           AND NOT EXISTS (SELECT FROM order_link l WHERE l.order_id = o.id AND l.revoked_at IS NULL AND l.created_at > $2)
         ORDER BY o.updated_at LIMIT 50`,
        [linkedStates, new Date(this.clock.now().getTime() - this.rest.config.mailRetryS * 1_000)],
      ),
    );
    for (const { id } of waiting) await this.sendLink(id);
  }

  private async sendLink(orderId: string): Promise<void> {
    const system = systemMover('mail');
    const token = newToken();
    const made = await this.db.tx(async (tx) => {
      const order = await this.moves.lock(tx, orderId);
      const at = this.clock.now();
      // A second worker that saw the same order waits on the lock above and then finds the first one's link.
      const fresh = await tx.query<unknown[]>(
        'SELECT FROM order_link WHERE order_id = $1 AND revoked_at IS NULL AND (sent_at IS NOT NULL OR created_at > $2)',
        [orderId, new Date(at.getTime() - this.rest.config.mailRetryS * 1_000)],
      );
      if (fresh.length || !linkedStates.includes(order.state)) return null;
      const { link, code } = await this.world.contacts(tx, order);
      const [{ attempts }] = (await tx.query('SELECT count(*)::int AS attempts FROM order_link WHERE order_id = $1', [
        orderId,
      ])) as [{ attempts: number }];
      await tx.query('UPDATE order_link SET revoked_at = $2 WHERE order_id = $1 AND revoked_at IS NULL', [orderId, at]);
      const row = {
        id: randomUUID(), orderId, tokenHash: token.hash, toName: link.name, toEmail: link.email, codeName: code.name, codeEmail: code.email,
        attempt: attempts + 1, createdAt: at, expiresAt: new Date(at.getTime() + this.rest.config.linkDays * 86_400_000), sentAt: null, revokedAt: null,
      } satisfies LinkRow; // prettier-ignore
      await tx.insert(LinkRow, row);
      return { order, row };
    });
    if (!made) return;
    const { order, row } = made;
    try {
      const url = `${this.rest.platform.publicOrigin}/o/${token.clear}`;
      await this.rest.mailer.send({ to: row.toEmail, messageId: `${row.id}@orders`, ...orderMail(order, url, row.expiresAt) });
    } catch (fault) {
      this.rest.log.error('orders.mail.refused', { orderId, linkId: row.id }, fault);
      await this.db.tx((tx) => this.moves.note(tx, orderId, system, 'mailRefused', { attempt: row.attempt, to: row.toName }));
      return;
    }
    await this.db.tx(async (tx) => {
      const sent = await this.moves.lock(tx, orderId);
      await tx.update(LinkRow, { id: row.id }, { sentAt: this.clock.now() });
      await this.moves.note(tx, orderId, system, 'mailSent', { attempt: row.attempt, to: row.toName });
      if (sent.state !== 'dispatched') return;
      await this.moves.move(tx, sent, 'deliver', system);
      await this.clocks.startAnswer(tx, sent);
    });
  }

  /** Codes that the portal was asked for, to the second contact. One that nobody fetched in time is not sent any more. */
  async sendCodes(): Promise<void> {
    const now = this.clock.now().getTime();
    const waiting = await this.db.tx((tx) =>
      tx.query<{ id: string; linkId: string; email: string; number: string }[]>(
        `SELECT c.id, c.link_id AS "linkId", l.code_email AS email, o.number FROM order_code c
           JOIN order_link l ON l.id = c.link_id JOIN orders o ON o.id = l.order_id
         WHERE c.sent_at IS NULL AND c.requested_at > $1 AND l.revoked_at IS NULL ORDER BY c.requested_at LIMIT 50`,
        [new Date(now - this.rest.config.codeMinutes * MINUTE_MS)],
      ),
    );
    for (const { id, linkId, email, number } of waiting) await this.sendCode(id, linkId, email, number);
  }

  private async sendCode(id: string, linkId: string, email: string, number: string): Promise<void> {
    const code = newCode(linkId);
    const expiresAt = new Date(this.clock.now().getTime() + this.rest.config.codeMinutes * MINUTE_MS);
    // Stored before it is sent: a code that arrives always works; one that was lost on the way is replaced by the next sweep's.
    await this.db.tx((tx) =>
      tx.query('UPDATE order_code SET code_hash = $2, expires_at = $3 WHERE id = $1 AND sent_at IS NULL', [
        id,
        code.hash,
        expiresAt,
      ]),
    );
    try {
      await this.rest.mailer.send({ to: email, ...codeMail(number, code.clear, this.rest.config.codeMinutes) });
    } catch (fault) {
      this.rest.log.error('orders.code.refused', { linkId }, fault);
      return;
    }
    await this.db.tx((tx) => tx.query('UPDATE order_code SET sent_at = $2 WHERE id = $1', [id, this.clock.now()]));
  }
}

/** An operator whose link has expired asked for another. */
@Injectable()
export class LinkWishes {
  constructor(
    private readonly moves: OrderMoves,
    private readonly clock: Clock,
  ) {}

  /** The expired link dies; the next sweep sends a fresh one to the registered contact. Asked ten times, it is sent once. */
  async renew(tx: EntityManager, orderId: string): Promise<void> {
    const order = await this.moves.lock(tx, orderId);
    const at = this.clock.now();
    const [, renewed] = (await tx.query(
      'UPDATE order_link SET revoked_at = $2 WHERE order_id = $1 AND revoked_at IS NULL AND expires_at <= $2',
      [order.id, at],
    )) as [unknown, number];
    if (renewed) await this.moves.note(tx, orderId, systemMover('mail'), 'linkRenewed');
  }
}
