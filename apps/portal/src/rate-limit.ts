const MOST_KEYS = 50_000;

/**
 * So many acts an interval for each key (a token bucket). Kept in memory only: a limit protects one process and is no record
 * about a visitor.
 */
export class RateLimit {
  private readonly buckets = new Map<string, { left: number; at: number }>();

  constructor(
    private readonly most: number,
    private readonly intervalMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes one; answers 0, or the seconds after which to come again. */
  take(key: string): number {
    const now = this.now();
    const bucket = this.buckets.get(key) ?? { left: this.most, at: now };
    bucket.left = Math.min(this.most, bucket.left + ((now - bucket.at) * this.most) / this.intervalMs);
    bucket.at = now;
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > MOST_KEYS) this.buckets.delete(this.buckets.keys().next().value!);
    if (bucket.left >= 1) {
      bucket.left -= 1;
      return 0;
    }
    return Math.ceil(((1 - bucket.left) * this.intervalMs) / this.most / 1000);
  }
}
