import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { Clock } from '../../kernel';
import { Db, Log } from '../../platform';
import { dueOfRound, type RecheckSchedule, vantageOf } from '../domain/recheck-schedule';
import {
  combine,
  type ConfirmationThresholds,
  type Confirmed,
  confirmedBy,
  fulfils,
  type Look,
  type Profile,
  relapsed,
  roundsOf,
  verdictOf,
} from '../domain/verdict';
import { ordersConfig, type OrdersConfig } from '../orders.config';
import { ObservationRow } from '../store/observation.entity';
import { AddressRow, OrderRow } from '../store/order.entity';
import { DispatchService } from './dispatch.service';
import { OrderClocks } from './order-clocks';
import { OrderMoves, systemMover } from './order-moves';
import { Looks } from './outside';

const PROFILES: readonly Profile[] = ['desktop', 'mobile'];
const WATCHED = ['reported', 'verifying', 'verified'];

/** Thresholds and neighbours of the re-check. */
@Injectable()
export class RecheckRest {
  readonly schedule: RecheckSchedule;
  readonly confirmation: ConfirmationThresholds;

  constructor(
    @Inject(ordersConfig.provide) readonly config: OrdersConfig,
    readonly dispatching: DispatchService,
    readonly clocks: OrderClocks,
    readonly log: Log,
  ) {
    const spanMs = config.confirmHours * 3_600_000;
    this.schedule = { afterReportMin: config.recheckAfterMin.map(Number), spanMs, thenEveryDays: config.recheckEveryDays };
    this.confirmation = {
      observations: config.confirmLooks,
      spanMs,
      mobile: config.confirmMobile,
      vantages: config.confirmVantages,
    };
  }
}

/**
 * Looks for ourselves whether what the operator reported is so. Every look is a capture, with the custody of one; the verdict is a pure
 * function of what it saw, and an order is confirmed or fails only by enough equal rounds over enough time, from two vantage points where
 * there are two. Where there is one, what it confirmed says so.
 */
@Injectable()
export class RecheckService {
  constructor(
    private readonly db: Db,
    private readonly moves: OrderMoves,
    private readonly looks: Looks,
    private readonly clock: Clock,
    private readonly rest: RecheckRest,
  ) {}

  /** Asks for the looks that are due. The row says what is due, so a crash or an emptied queue loses none. */
  async lookDue(): Promise<void> {
    const due = await this.db.tx((tx) =>
      tx.query<{ id: string }[]>('SELECT id FROM orders WHERE recheck_due <= $1 ORDER BY recheck_due LIMIT 20', [
        this.clock.now(),
      ]),
    );
    for (const { id } of due)
      await this.db
        .tx((tx) => this.look(tx, id))
        .catch((fault: unknown) => this.rest.log.error('orders.recheck.failed', { orderId: id }, fault));
  }

  private async look(tx: EntityManager, id: string): Promise<void> {
    const order = await this.moves.lock(tx, id);
    const now = this.clock.now();
    if (!order.recheckDue || order.recheckDue > now) return;
    if (!WATCHED.includes(order.state) || !order.recheckFrom) {
      await tx.update(OrderRow, { id }, { recheckDue: null });
      return;
    }
    if (order.state === 'reported') await this.moves.move(tx, order, 'verify', systemMover('recheck'));
    const addresses = await tx.find(AddressRow, { where: { orderId: id }, order: { no: 'ASC' } });
    for (const address of addresses.filter(({ result }) => result === 'done' || result === 'partly'))
      for (const [n, profile] of PROFILES.entries()) {
        const vantage = vantageOf(order.recheckRound, n, this.looks.vantages());
        await this.request(tx, order, address, { profile, vantage, now });
      }
    const round = order.recheckRound + 1;
    await tx.update(
      OrderRow,
      { id },
      {
        recheckRound: round,
        recheckDue: dueOfRound(round, order.recheckFrom, await this.firstLookAt(tx, order), this.rest.schedule),
      },
    );
  }

  private async request(
    tx: EntityManager,
    order: OrderRow,
    address: AddressRow,
    { profile, vantage, now }: { profile: Profile; vantage: string; now: Date },
  ): Promise<void> {
    const packageId = await this.looks.request(tx, {
      url: address.url, profile, vantage, caseId: order.caseId, caseNumber: order.caseNumber, outletId: address.outletId, orderId: order.id,
      divisionCode: order.divisionCode, officers: order.officers, place: order.authority,
      factToProve: `复查${order.number ?? ''}第${address.no}个地址的执行情况`,
    }); // prettier-ignore
    await tx.insert(ObservationRow, {
      id: randomUUID(), orderId: order.id, addressNo: address.no, round: order.recheckRound, since: order.recheckFrom!, profile, vantage, packageId,
      requestedAt: now, observedAt: null, verdict: null, reason: null, status: null, urlFinal: null, ip: null, similarity: null,
    }); // prettier-ignore
  }

  /** A capture that one of our looks asked for is fixed or has failed. Other captures are none of our business. */
  async judge(tx: EntityManager, packageId: string): Promise<void> {
    const waiting = await tx.findOneBy(ObservationRow, { packageId, verdict: IsNull() });
    if (!waiting) return;
    const order = await this.moves.lock(tx, waiting.orderId);
    const observation = await tx.findOneBy(ObservationRow, { id: waiting.id, verdict: IsNull() });
    const result = await this.looks.result(tx, packageId);
    if (!observation || !result) return;
    const address = await tx.findOneByOrFail(AddressRow, { orderId: order.id, no: observation.addressNo });
    const reference = { url: address.url, text: address.captureId ? await this.looks.text(tx, address.captureId) : '' };
    const seen = verdictOf(result, reference, this.rest.config);
    const judged = { ...seen, observedAt: result.at, status: result.status, urlFinal: result.urlFinal, ip: result.ip };
    await tx.update(ObservationRow, { id: observation.id }, judged);
    await this.moves.note(tx, order.id, systemMover('recheck'), 'observed', {
      addressNo: address.no, profile: observation.profile, vantage: observation.vantage, verdict: seen.verdict, reason: seen.reason, packageId,
    }); // prettier-ignore
    if (order.recheckFrom?.getTime() === observation.since.getTime()) await this.conclude(tx, order, observation.round);
  }

  /** What the looks of the running series add up to, once `round` is complete. */
  private async conclude(tx: EntityManager, order: OrderRow, round: number): Promise<void> {
    const all = await tx.find(ObservationRow, { where: { orderId: order.id, since: order.recheckFrom! } });
    if (all.some((one) => one.round === round && one.verdict === null)) return;
    const complete = all.filter((one) => !all.some((other) => other.round === one.round && other.verdict === null));
    const addresses = await tx.find(AddressRow, { where: { orderId: order.id } });
    const points = this.looks.vantages();
    const thresholds = { ...this.rest.confirmation, vantages: Math.min(this.rest.confirmation.vantages, points.length) };
    const standing: Standing[] = [];
    for (const address of addresses) {
      // Nobody looks at an address of which the operator has not said that something was done.
      if (!complete.some(({ addressNo }) => addressNo === address.no)) {
        standing.push({ address, seen: null, confirmed: null, back: false });
        continue;
      }
      const looks = complete.filter(({ addressNo }) => addressNo === address.no).map((one) => lookOf(one, points[0]));
      const rounds = roundsOf(looks);
      const seen = combine(looks.filter((look) => look.round === round).map(({ verdict }) => verdict));
      const confirmed = confirmedBy(rounds, thresholds);
      await tx.update(
        AddressRow,
        { orderId: order.id, no: address.no },
        {
          seen,
          confirmed: confirmed?.verdict ?? null,
          confirmedAt: confirmed ? this.clock.now() : null,
          confirmedFrom: confirmed?.vantages ?? null,
        },
      );
      standing.push({
        address,
        seen,
        confirmed,
        back: relapsed(
          order.kind,
          rounds.filter((one) => one.round < round),
          seen,
        ),
      });
    }
    await this.settle(tx, order, standing);
  }

  private async settle(tx: EntityManager, order: OrderRow, standing: readonly Standing[]): Promise<void> {
    const system = systemMover('recheck');
    const back = standing.filter((one) => one.back).map(({ address }) => address.no);
    if (back.length && (order.state === 'verifying' || order.state === 'verified')) {
      await this.moves.move(tx, order, 'reopen', system, { recheckDue: null, recheckFrom: null }, { addresses: back });
      return this.rest.dispatching.askAgain(tx, order);
    }
    if (order.state !== 'verifying') return;
    const verdicts = standing.map(({ address, confirmed }) => ({
      addressNo: address.no,
      verdict: confirmed?.verdict ?? null,
      from: confirmed?.vantages ?? [],
    }));
    const vantages = [...new Set(verdicts.flatMap(({ from }) => from))];
    const said = { verdicts, vantages };
    const against = standing.filter(({ confirmed }) => confirmed && !fulfils(order.kind, confirmed.verdict));
    if (against.length) return this.moves.move(tx, order, 'fail', system, { recheckDue: null, recheckFrom: null }, said);
    if (!standing.every(({ confirmed }) => confirmed)) return;
    // A restoration is looked at until it is proved; the others are watched every week as long as they stand.
    await this.moves.move(tx, order, 'confirm', system, order.kind === 'restoration' ? { recheckDue: null } : {}, said);
    await this.rest.clocks.stop(tx, order.id, 'order_exec', 'restore_exec');
  }

  private async firstLookAt(tx: EntityManager, order: OrderRow): Promise<Date | null> {
    const [row] = await tx.query<{ at: Date | null }[]>(
      'SELECT min(observed_at) AS at FROM order_observation WHERE order_id = $1 AND since = $2',
      [order.id, order.recheckFrom],
    );
    return row?.at ?? null;
  }
}

interface Standing {
  address: AddressRow;
  seen: Look['verdict'] | null;
  confirmed: Confirmed | null;
  back: boolean;
}

const lookOf = ({ round, observedAt, profile, verdict, vantage }: ObservationRow, first: string): Look => ({
  round,
  at: observedAt!,
  profile,
  verdict: verdict!,
  vantage: vantage ?? first,
});
