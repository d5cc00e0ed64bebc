/** `evidence-manifest/1`: the statement of what was fixed. It never changes. docs/evidence.md and manifest.schema.json say the same. */
export interface Manifest {
  schema: 'evidence-manifest/1';
  /** `ev_` + ULID. */
  id: string;
  /** Official number of the evidence. */
  number: string;
  kind: 'web_capture' | 'import' | 'attestation';
  agency: { division: string; name: string; ledger: string };
  case: { ref: string | null; clue: string | null; factToProve: string };
  makers: { name: string; certificate: string; role: 'officer' | 'technician'; account: string }[];
  place: string;
  request: { jobId: string; urlTyped: string; purpose: string; profile: string; entrySha256: string; requestedAt: string };
  /** Null, or a null token, when the package can not show that it was not made earlier: finding NO_PRE_TOKEN. */
  notBefore: { origin: string; size: number; root: string; checkpoint: string; preToken: string | null } | null;
  time: { startedAt: string; finishedAt: string; monotonicMs: number; clock: ManifestClock };
  tool: ManifestTool;
  /** Null where nothing was captured (import, attestation). */
  environment: {
    verdict: 'clean' | 'warn' | 'fail';
    failed: string[];
    overrideBy: string | null;
    overrideReason: string | null;
  } | null;
  navigation: ManifestNavigation | null;
  outcome: {
    completeness: 'complete' | 'partial';
    limits: string[];
    blocked: number;
    failed: number;
    downloads: string[];
    popups: string[];
    fidelity: 'wire' | 'decoded';
  };
  comparison: { vantage: string; id: string; text: Comparison; picture: Comparison } | null;
  related: { rel: 'repeats' | 'secondVantage' | 'answers' | 'corrects'; id: string; manifestSha256: string }[];
  personalData: boolean;
  files: ManifestFile[];
}

export type Comparison = 'same' | 'different' | 'unknown';

export interface ManifestClock {
  status: 'ok' | 'unverified' | 'bad';
  source: string[];
  offsetMs: number | null;
  uncertaintyMs: number | null;
  checkedAt: string;
}

export interface ManifestTool {
  software: string;
  version: string;
  commit: string;
  imageSha256: string | null;
  node: string;
  browser: string | null;
  browserSha256: string | null;
  os: string;
  kernel: string;
  fontsSha256: string | null;
  flags: string[];
  userAgent: string | null;
  viewport: { width: number; height: number } | null;
  locale: string;
  timezone: string;
}

export interface ManifestNavigation {
  urlFinal: string;
  redirects: string[];
  status: number | null;
  title: string;
  ip: string | null;
  tls: {
    protocol: string;
    cipher: string;
    leafSha256: string;
    issuer: string;
    validFrom: string;
    validTo: string;
    errors: string[];
  } | null;
}

export interface ManifestFile {
  path: string;
  role: string;
  mediaType: string;
  size: number;
  sha256: string;
  sm3: string;
  /** What a person calls it; container paths are for machines. */
  title: string;
  /** Ids of the checklist items that the file serves, e.g. `how.screen`. */
  checklist: string[];
}
