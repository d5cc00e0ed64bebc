import type { Recorder } from './chromium/recorder';
import type { CaptureOrder } from './domain/capture-order';
import type { EgressProxy } from './egress/proxy';
import type { DnsRecord } from './egress/resolver';
import type { Check, Verdict } from './environment/checks';
import type { Staging } from './records/staging';

export interface ObservationInput {
  order: CaptureOrder;
  staging: Staging;
  timeline: object[];
  dns: DnsRecord[];
  environment: { before: Check[]; after: Check[]; verdict: Verdict['verdict'] };
  /** Null when the capture ended before there was a browser. */
  seen: { recorder: Recorder; proxy: EgressProxy } | null;
}

/** What a refused or failed capture saw. There is no manifest, so nobody can take it for evidence. */
export async function writeObservation({ order, staging, timeline, dns, environment, seen }: ObservationInput): Promise<void> {
  const have = new Set(staging.files.map(({ path }) => path));
  if (have.has('record/timeline.jsonl')) return;
  staging.putJson('record/request.json', order.request);
  staging.putLines('record/timeline.jsonl', timeline);
  staging.putLines('record/dns.jsonl', dns);
  if (environment.before.length > 0) staging.putJson('record/environment.json', environment);
  if (seen) staging.putLines('record/console.jsonl', seen.recorder.console);
  staging.putLines('record/exchanges.jsonl', seen ? linesOf(seen.proxy) : [unseen(order)]);
  await staging.settled();
}

function linesOf(proxy: EgressProxy): object[] {
  return [
    ...proxy.exchanges.map(({ url, method, outcome, reason, status, ip }) => ({ url, method, outcome, reason, status, ip })),
    ...proxy.tunnels.map(({ host, port, outcome, reason, ip }) => ({
      url: `https://${host}:${port}/`,
      method: 'CONNECT',
      outcome,
      reason,
      status: 0,
      ip,
    })),
  ];
}

function unseen({ request }: CaptureOrder): object {
  return { url: request.url.toWellFormed(), method: 'GET', outcome: 'blocked', reason: 'see timeline', status: 0, ip: '' };
}
