import type { Recorder, SeenExchange } from './chromium/recorder';
import type { EgressProxy } from './egress/proxy';

/** What became of the document that the capture is about, as the browser and the egress saw it. */
export class MainDocument {
  /** Documents before this one were left behind by an officer. */
  private from = 0;

  constructor(
    private readonly recorder: Recorder,
    private readonly proxy: EgressProxy,
    private readonly frameId: string,
  ) {}

  /** Every hop and every later document of the main frame. */
  all(): SeenExchange[] {
    return this.recorder.exchanges.filter(({ kind, frame }) => kind === 'Document' && frame === this.frameId).slice(this.from);
  }

  /** The officer went on from page to page: what counts is where he is now. */
  leaveBehind(): void {
    this.from += Math.max(0, this.all().length - 1);
  }

  /** The last one that was not refused by the egress. */
  last(): SeenExchange | null {
    return this.all().findLast(({ outcome }) => outcome !== 'blocked') ?? null;
  }

  /** Where the document came from; `network` unless the browser says otherwise. */
  source(): SeenExchange['source'] {
    return this.last()?.source ?? 'network';
  }

  status(): number {
    return this.all().at(-1)?.status ?? 0;
  }

  /** That a document came from a site; what the egress says in its place is none. */
  answered(): boolean {
    return this.all().some(({ status, refusedBy }) => status > 0 && refusedBy === '');
  }

  /** What the egress refused of it, plain or through a tunnel. */
  refusals(): string[] {
    return this.all().flatMap((seen) => {
      const own = this.answerOfEgress(seen);
      if (own) return own.outcome === 'blocked' ? [own.reason] : [];
      const tunnel = this.tunnelOf(seen);
      return tunnel?.outcome === 'blocked' ? [tunnel.reason] : [];
    });
  }

  /** Why the last one did not come, as the egress knows it. */
  failure(): string | null {
    const last = this.all().at(-1);
    const own = last && this.answerOfEgress(last);
    return own?.outcome === 'failed' ? own.reason : null;
  }

  /** The same of a secure one, once the browser has given up: before that it may open another tunnel. */
  tunnelFailure(): string | null {
    const last = this.all().at(-1);
    const tunnel = last && this.tunnelOf(last);
    return tunnel?.outcome === 'failed' ? tunnel.reason : null;
  }

  /** The last tunnel that was asked for a secure document of which nothing came. */
  private tunnelOf(seen: SeenExchange) {
    const url = new URL(seen.url);
    if (url.protocol !== 'https:' || seen.status !== 0) return undefined;
    const name = url.hostname.replace(/^\[|\]$/g, '');
    return this.proxy.tunnels.findLast(({ host, port }) => host === name && port === (Number(url.port) || 443));
  }

  private answerOfEgress({ refusedBy }: SeenExchange) {
    return refusedBy ? this.proxy.exchanges.find(({ id }) => String(id) === refusedBy) : undefined;
  }
}
