import type { Manifest } from '../../proof';

/** What the printed report says of a package (evidence specification section 14). */
export interface ReportInput {
  manifest: Manifest;
  manifestBytes: Buffer;
  manifestSha256: string;
  manifestSm3: string;
  checks: { id: string; result: 'pass' | 'warn' | 'fail' | 'na'; expected: string; observed: string }[];
  /** Every capture that was asked for of this address in this case, failures too, oldest first. */
  attempts: { at: string; number: string; outcome: string; reason: string | null }[];
  screens: { path: string; title: string; sha256: string; png: Buffer }[];
  /** Note of the newest checkpoint that holds the package, or null. */
  checkpoint: string | null;
  stamped: boolean;
  logged: boolean;
  at: Date;
}

/** Port: whoever lays out official papers. Documents lies beside evidence, so the process that composes both joins them. */
export abstract class ReportPrinter {
  /** A signed PDF/A-3 with MANIFEST.json attached. */
  abstract print(input: ReportInput): Promise<Buffer>;
}
