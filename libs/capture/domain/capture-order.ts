import type { SessionTerms } from './session-acts';
import type { PageKind } from './page-kind';
import type { FixationStatement } from './statement';

/** What the worker asks for and what it gets back. Plain data: it crosses a process border as JSON. */

export type Profile = 'desktop' | 'mobile';

export interface Maker {
  name: string;
  certificate: string;
  role: 'officer' | 'technician';
  account: string;
}

/** An officer's decision to go on where a capture would end, taken before it begins. */
export interface OfficersDecision {
  /** Name of the officer. */
  by: string;
  reason: string;
}

/** Exact content of `record/request.json`, whose digest the ledger knows before any browser starts. */
export interface RequestRecord {
  v: 1;
  id: string;
  jobId: string;
  url: string;
  purpose: string;
  profile: Profile;
  /** Name of the vantage point that is asked for; absent for the first one. */
  vantage?: string;
  /** Name of a vantage point from which this is to be repeated once it is fixed. */
  secondVantage?: string;
  /** Id of the package that this repeats from another vantage point. */
  secondOf?: string;
  /** Present when an officer drives the page before it is taken. */
  mode?: 'interactive';
  /** An officer decided that a failed mandatory environment check does not stop this capture, and why. */
  override?: OfficersDecision;
  /** An officer decided that a certificate which the browser refuses does not stop this capture, and why. */
  tlsOverride?: OfficersDecision;
  /** What the officers say of the fixation; absent when they said nothing. */
  statement?: FixationStatement;
  caseRef: string | null;
  clue: string | null;
  factToProve: string;
  makers: Maker[];
  place: string;
  /** The officers' word: false only when they said that nothing in it can be personal data. */
  personalData?: boolean;
  requestedAt: string;
  nonce: string;
}

export interface RelatedPackage {
  rel: 'repeats' | 'secondVantage';
  id: string;
  manifestSha256: string;
}

/** The last ledger checkpoint known before the capture: proves "not before". */
export interface BeforeRecord {
  checkpoint: string;
  preTokenBase64?: string;
  origin: string;
  size: number;
  root: string;
}

/** What the first capture of a page kept of it, so that a second one from another vantage point can be compared with it before it is signed. */
export interface FirstSight {
  /** The vantage point of the first one, and its package. */
  vantage: string;
  id: string;
  /** SHA-256 of `content/text.txt`; null where there is none. */
  text: string | null;
  /** SHA-256 of every picture of the screen by its path; null where there is none, or not all of them were made. */
  pictures: Record<string, string> | null;
}

export interface CaptureOrder {
  /** `ev_` + ULID; also the name of the staging folder. */
  packageId: string;
  number: string;
  kind: 'web_capture';
  request: RequestRecord;
  entrySha256: string;
  factToProve: string;
  agency: { division: string; name: string; ledger: string };
  place: string;
  limits?: Partial<Limits>;
  before?: BeforeRecord;
  /** What came of asking for the token in `before`; stands in the timeline. */
  tokenBefore?: string;
  /** Earlier evidence of the same address and case, as the worker knows it. */
  related?: RelatedPackage[];
  /** What was seen of the page from the first vantage point. */
  first?: FirstSight;
  /** An officer's decision to go on although a mandatory environment check failed. */
  override?: OfficersDecision;
  /** An officer drives the page between its first load and the copies. */
  session?: SessionTerms;
}

/** Bounds of one job; reaching one stops loading and leaves a partial package that names it. */
export interface Limits {
  /** From navigation until loading is stopped. */
  pageMs: number;
  /** From the start of the job until it is ended whatever it is doing. */
  jobMs: number;
  /** Sum of decoded body bytes. */
  totalBytes: number;
  /** Decoded bytes kept of one body. */
  bodyBytes: number;
  exchanges: number;
  /** Of the picture, in CSS pixels. */
  heightPx: number;
  /** Address space of the browser is not limited (V8 reserves terabytes); resident memory of its processes is watched. */
  memoryBytes: number;
}

export const LIMITS: Limits = {
  pageMs: 60_000,
  jobMs: 180_000,
  totalBytes: 200 * 1024 * 1024,
  bodyBytes: 50 * 1024 * 1024,
  exchanges: 3_000,
  heightPx: 100_000,
  memoryBytes: 2 * 1024 * 1024 * 1024,
};

export type ArtefactState = 'ok' | 'partial' | 'failed';

export interface ArtefactReport {
  path: string;
  role: string;
  state: ArtefactState;
  reason?: string;
}

export interface CaptureResult {
  packageId: string;
  outcome: 'complete' | 'partial' | 'refused' | 'failed';
  reason?: string;
  limits: string[];
  artefacts: ArtefactReport[];
  manifestSha256?: string;
  /** `tlsErrors`: what was wrong with certificates of this page, as `host:port code`; absent when nothing was. */
  navigation?: { urlFinal: string; status: number; title: string; ip: string; kind: PageKind; tlsErrors?: string[] };
}

export type ProgressLine =
  | { type: 'step'; at: string; mono: number; step: string; detail: string }
  | { type: 'picture'; path: string }
  /** What the screen shows now, at most 40,000 bytes; the n-th one. To be looked at while the capture runs, never evidence. */
  | { type: 'preview'; at: string; n: number; jpegBase64: string };
