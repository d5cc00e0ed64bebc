/** One line per figure: ours beside a peer measured in the same run. */
export function tell(bench: string, metric: string, ours: number, peer: number, n: number): void {
  const round = (value: number) => Number(value.toPrecision(5));
  process.stdout.write(
    `${JSON.stringify({ bench, metric, ours: round(ours), peer: round(peer), ratio: round(ours / peer), n })}\n`,
  );
}

export const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
