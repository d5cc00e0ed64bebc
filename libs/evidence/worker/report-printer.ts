import type { FixationStatement } from '../../capture/capture.contract';
import type { Manifest } from '../../proof';
import type { ChecklistLine } from '../domain/checklist';
import type { Received, Way } from '../domain/receipt';

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
  /** On what its authenticity rests so far (seed rules art. 20-22), oldest first: the party's word, and statements of others. */
  attestations: ReportAttestation[];
  /** From where it was captured; null where nobody named it. */
  vantage: string | null;
  /** What the officers said of the fixation. */
  statement: FixationStatement | null;
  /** Every line of the checklist as it stood when the report was made. */
  checklist: ChecklistLine[];
  /** Who handed the files over, when and on which ground; null where a page was captured. */
  received: Received | null;
  /** An officer decided that certificate errors do not stop the capture; `errors` are those met, as `host:port code`. */
  certificateErrors: { by: string; reason: string; errors: readonly string[] } | null;
  /** Withdrawn evidence says so on its first page. */
  withdrawn: { at: string; reason: string; correctedBy: string | null } | null;
  /** The newest checkpoint of the log when this is printed, or null while there is none. */
  checkpoint: ReportCheckpoint | null;
  /** Time stamps that go out with the package, earliest first. Those of an authority of our own prove no time to others. */
  stamps: { tsa: string; at: string; isInternal: boolean }[];
  at: Date;
}

export interface ReportCheckpoint {
  note: string;
  /** When it was signed. */
  at: string;
  /** Whether the package's whole custody chain so far lies in it, its fixation included: then the export shows so. */
  holds: boolean;
}

export interface ReportAttestation {
  way: Way;
  /** Who says it, and as what. */
  by: string;
  at: string;
  /** Official number of the attestation where it is a package of its own. */
  number: string | null;
  title: string;
  sha256: string;
}

/** Port: whoever lays out official papers. Documents lies beside evidence, so the process that composes both joins them. */
export abstract class ReportPrinter {
  /** A signed PDF/A-3 with MANIFEST.json attached; `timeStamp` dates its signature (PAdES B-T), or answers null when nobody does. */
  abstract print(input: ReportInput, timeStamp: (signature: Buffer) => Promise<Buffer | null>): Promise<Buffer>;
}
