import type { LawCitation, Mark } from '../../kernel';
import rules from '../data/order-rules.json';

/**
 * An order is a sealed paper that asks somebody outside to act. `suspension` (X1) is 暂停提供服务 before the penalty, `closure` (X3) is the
 * recommendation to close the site after it, `restoration` (X2) lifts either of them.
 */
export const ORDER_KINDS = ['suspension', 'closure', 'restoration'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

/** What an order may bite on; officers choose the smallest that stops the act. */
export const ORDER_SCOPES = ['account', 'shop', 'listing', 'domain', 'resolution', 'access'] as const;
export type OrderScope = (typeof ORDER_SCOPES)[number];

/** Why a service comes back. */
export const RESTORATION_GROUNDS = ['corrected', 'noViolation', 'decisionAnnulled', 'lapsed', 'mistake'] as const;
export type RestorationGround = (typeof RESTORATION_GROUNDS)[number];

/** One place that the order names exactly. `captureId` is the package that fixed the offending page. */
export interface OrderAddress {
  outletId: string;
  url: string;
  captureId: string | null;
  /** Why the order may go out although the address was not fetched successfully in the last 24 hours. */
  justification: string | null;
}

/** Everything that the content check reads; every field may still be empty in a draft. */
export interface OrderContent {
  kind: OrderKind;
  basis: LawCitation[];
  reasons: string;
  authority: string;
  officers: string[];
  operatorId: string | null;
  scope: OrderScope | null;
  addresses: OrderAddress[];
  /** The instant by which the measure is to be in force. */
  executeBy: Date | null;
  /** Last local day of a suspension, `YYYY-MM-DD`; null for the kinds that have no end. */
  until: string | null;
  remedyOperator: string;
  remedyMerchant: string;
  /** Where and how the operator reports the effect. */
  reportHow: string;
}

export interface Rule<T> {
  value: T;
  basis: string;
  mark: Mark;
}

export type ClockKey = 'order_ack' | 'order_exec' | 'order_lapse' | 'restore_exec';

interface KindRules {
  form: string;
  receiptForm: string;
  /** States of the case in which an order of this kind may leave the house. */
  caseStates: string[];
  requiredZh: string;
  basis: LawCitation[];
  exec: { key: ClockKey; n: number; unit: 'workday' | 'day'; basis: string; mark: Mark };
  remedyOperator: string;
  remedyMerchant: string;
}

interface OrderRules {
  kinds: Record<OrderKind, KindRules>;
  ack: { key: 'order_ack'; n: number; unit: 'workday' | 'day'; basis: string; mark: Mark };
  lapse: { key: 'order_lapse'; basis: string; mark: Mark };
  maxSuspensionDays: Rule<number>;
  addressFreshHours: Rule<number>;
  reportHow: string;
}

/** Periods, bases and printed remedies, each with its mark: data, because no source fixes most of them and an office will change them. */
export const orderRules = rules as OrderRules;

export function rulesOf(kind: OrderKind): KindRules {
  return orderRules.kinds[kind];
}

/** Whether a case in `state` may send an order of `kind`: suspension only once filed, closure only once the decision is served. */
export function caseAllows(kind: OrderKind, state: string): boolean {
  return rulesOf(kind).caseStates.includes(state);
}

/** The citations with the mark that our reading gives them; one that is not on the list has yet to be confirmed (K). */
export function citedBasis(kind: OrderKind, cited: readonly { law: string; article: string }[]): LawCitation[] {
  return cited.map(({ law, article }) => ({
    law,
    article,
    mark: rulesOf(kind).basis.find((known) => known.law === law && known.article === article)?.mark ?? 'K',
  }));
}
