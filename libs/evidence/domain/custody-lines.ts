import { canonicalJson } from '../../kernel';

/** `proofs/custody.jsonl` (specification, Appendix A): one line an entry, with the salted event to which it commits. */
export function custodyLines(custody: readonly { entry: Buffer; body: string | null; idx: string | null }[]): Uint8Array {
  const lines = custody.map(({ entry, body, idx }) =>
    canonicalJson({
      entry: JSON.parse(entry.toString()) as object,
      event: body === null ? null : (JSON.parse(body) as object),
      idx: Number(idx),
    }),
  );
  return new Uint8Array(Buffer.from(lines.map((line) => `${line}\n`).join('')));
}
