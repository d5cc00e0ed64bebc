import type { Digests } from '../digests';
import type { Checkpoint } from '../log/checkpoint';
import type { CustodyLine } from '../log/entry';
import type { Manifest } from '../manifest/manifest';
import type { Seal } from '../manifest/seal';
import { wholeOf, type ByteSource } from '../source';
import type { Revocation, TrustBundle } from '../trust-bundle';
import type { AcceptedToken } from '../tsp/verify-token';
import type { Effect, Finding, FindingCode, Level, Reason, ReasonCode, StepId } from './report';

/** A package as it lies before the verifier. `odd`: what a folder may not hold (links, devices). */
export type PackageSource =
  { form: 'file'; source: ByteSource } | { form: 'folder'; files: ReadonlyMap<string, ByteSource>; odd: readonly string[] };

export interface VerifyOptions {
  /** The moment for which the verdict is asked; the verifier has no clock of its own. */
  at: Date;
  level: Level;
  /** Newer checkpoints that the asker holds from elsewhere: slips, witnesses, an earlier package. */
  checkpoints: readonly Uint8Array[];
  /** V11, where it is wanted: `verifyWire`. Given from outside, so that who does not want it need not load it. */
  wire?: (ctx: Context) => Promise<void>;
}

export interface PackageFile extends Digests {
  size: number;
  source: ByteSource;
}

/** A line of the custody chain with the exact bytes of its entry. */
export interface CustodyRecord extends CustodyLine {
  bytes: Uint8Array;
}

export interface SeenHead {
  checkpoint: Checkpoint;
  note: Uint8Array;
  witnesses: string[];
  /** File that it was found in, and the step that opened it. */
  path: string;
  step: StepId;
  /** When only revoked keys of the log signed it: the last moment from which one of them is not believed. */
  revoked: Revocation | null;
  /** Given by the asker. */
  isSupplied: boolean;
  /** The head of which it was proved to have grown out. */
  from: SeenHead | null;
}

/** Left out of this export on a stated ground. */
export function isWithheld({ seal }: Context, path: string): boolean {
  return seal?.withheld.some((file) => file.path === path) ?? false;
}

/** What one verification knows and has said so far. Steps read and add; none takes back what another said. */
export class Context {
  readonly files = new Map<string, PackageFile>();
  readonly reasons: Reason[] = [];
  /** The container could not be opened: of its files nothing is known. An empty one is open and lacks all of them. */
  nothingReadable = false;
  private readonly told = new Set<string>();
  readonly findings: Finding[] = [];
  readonly done = new Set<StepId>();
  seal: Seal | null = null;
  manifest: Manifest | null = null;
  /** Tokens over MANIFEST.sig that fit the profile, by path. */
  tokens = new Map<string, AcceptedToken>();
  /** How many signatures of certificates may still be looked at: a package can hold many that all bear the name of an issuer. */
  readonly chains = { left: 256 };
  /** What lies in `trust/`, once read. */
  material: Uint8Array[] | null = null;
  custody: CustodyRecord[] = [];
  /** Heads of the SHA-256 tree that the package itself shows, with whom else signed them. */
  heads: SeenHead[] = [];
  /** Heads of the SM3 tree likewise. */
  sm3Heads: SeenHead[] = [];

  constructor(
    readonly package_: PackageSource,
    readonly bundle: TrustBundle,
    readonly options: VerifyOptions,
  ) {}

  say(step: StepId, code: ReasonCode, subject: string, detail = '', effect: Effect = 'failed'): void {
    const key = `${code}\n${subject}\n${detail}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    this.reasons.push({ step, code, effect, subject, detail });
  }

  /** As `read`; null also when the file is too large to be what it should be. */
  async readOrNull(path: string, limit: number): Promise<Uint8Array | null> {
    const file = this.files.get(path);
    return file && file.size <= limit ? wholeOf(file.source, limit) : null;
  }

  note(code: FindingCode, subject: string, detail = ''): void {
    this.findings.push({ code, subject, detail });
  }

  /** Bytes of a small file, or null when the package has none of that name. */
  async read(path: string, limit: number): Promise<Uint8Array | null> {
    const file = this.files.get(path);
    return file ? wholeOf(file.source, limit) : null;
  }
}
