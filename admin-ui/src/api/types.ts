/** Shapes of the API as the console reads them. Every record carries `version` for `If-Match`, and `availableActions` where it has a state table. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}

export interface Kept {
  id: string;
  version?: number;
  createdAt?: string;
}

/** A move the state table knows from here but that is not possible now, with the reason in the language asked for. */
export interface BlockedAction {
  action: string;
  reason?: string;
  code?: string;
}

export interface Stateful extends Kept {
  state: string;
  availableActions: string[];
  blockedActions?: BlockedAction[];
}

export interface Session {
  officer: {
    id: string;
    account: string;
    name: string;
    certificate: string | null;
    unit: string;
    division: string;
    roles: string[];
  };
  permissions: string[];
  csrfToken: string;
  secondFactorAt: string | null;
  idleTimeoutMs?: number;
}

export interface Officer extends Kept {
  account: string;
  name: string;
  certificate: string | null;
  unitId: string;
  unit: string;
  division: string;
  state: string;
  roles: { role: string; scope: string }[];
  /** Base32, only in the answer that created the account. */
  totpSecret?: string;
}

export interface Unit {
  id: string;
  name: string;
  division: string;
  agencyName: string;
}

export interface Subject extends Kept {
  uscc: string | null;
  usccOverrideReason?: string | null;
  name: string;
  kind: string;
  legalRep: string | null;
  domicile: string | null;
  divisionCode: string;
  scope: string | null;
  status: string;
  established: string | null;
  contactPhone: string | null;
}

export interface Outlet extends Kept {
  subjectId: string;
  subjectName: string | null;
  siteName: string;
  domain: string | null;
  url: string;
  ip: string | null;
  siteType: string;
  icpNo: string | null;
  isp: string | null;
  idcAddress: string | null;
  contact: string | null;
  otherFilings: string | null;
  carrierKind: string;
  operatorId: string | null;
  onPlatform?: boolean;
  pool: string | null;
  declaration?: string;
}

export interface Contact {
  name: string;
  role: string;
  email: string;
  phone: string;
  purpose: string;
}

export interface Operator extends Kept {
  name: string;
  kind: string;
  uscc: string | null;
  contacts: Contact[];
}

export interface Change {
  id: string;
  version: number;
  at: string;
  actor: string;
  source: string;
  reason: string | null;
  changes: Record<string, { from: unknown; to: unknown }>;
}

export interface Proof extends Kept {
  outletId: string;
  method: string;
  token: string;
  state: string;
  /** A glimpse of what was found in the place where the token should be. */
  seen: string[] | string | null;
  checkedAt: string | null;
  provedUntil?: string | null;
  instructions: { zh: string; en: string; location: string; value: string };
}

export interface Badge extends Stateful {
  code: string;
  outletId: string;
  outletName?: string;
  subjectId?: string;
  subjectName?: string;
  url?: string;
  issuedAt?: string;
  provedUntil?: string | null;
  expiresAt?: string | null;
  reason?: string | null;
}

export interface Finding extends Stateful {
  outletId: string;
  outletName?: string;
  url?: string;
  captureId: string | null;
  rule: string;
  kind: string;
  hits: { word?: string; excerpt?: string; [k: string]: unknown }[] | Record<string, unknown>;
  caseId?: string | null;
  summary?: string;
}

export interface CaptureStep {
  id?: string;
  at: string;
  step: string;
  detail?: string;
}

export interface Capture extends Kept {
  state: string;
  number: string;
  kind: string;
  url: string;
  profile: string;
  purpose: string;
  factToProve: string;
  place: string;
  outletId: string | null;
  findingId: string | null;
  caseId: string | null;
  orderId: string | null;
  makers: { name: string; certificate: string; role: string; account: string }[];
  completeness: string | null;
  limits: string[];
  reason: string | null;
  navigation: { urlFinal: string; status: number; title: string; ip: string } | null;
  artefacts: { path: string; role: string; state: string; reason?: string }[];
  environment: string | null;
  manifestSha256: string | null;
  manifestSm3: string | null;
  requestedAt: string;
  fixedAt: string | null;
}

export interface CaptureFile {
  path: string;
  role: string;
  mediaType: string;
  title: string;
  size: number;
  sha256: string;
  sm3: string;
}

/** One line of the package's `record/exchanges.jsonl`. */
export interface Exchange {
  n: number;
  kind: string;
  url: string;
  method: string;
  requestHeaders: [string, string][];
  status: number | null;
  protocol?: string;
  responseHeaders: [string, string][];
  ip: string | null;
  tls: { protocol: string; cipher: string; leafSha256: string | null } | null;
  encodedBytes: number;
  decodedBytes: number;
  mediaType?: string;
  outcome: string;
  reason?: string | null;
}

export interface CustodyEntry {
  seq: number;
  type: string;
  at: string;
  entrySha256: string;
  index: number | null;
  event: Record<string, unknown> | null;
}

export interface Exported {
  id: string;
  packageId: string;
  n: number;
  state: string;
}

export interface Case extends Stateful {
  number: string | null;
  matter: string;
  subjectId: string;
  subjectName?: string;
  outletId?: string | null;
  outletName?: string;
  source?: string;
  officers?: { id: string; name: string; certificate?: string | null }[];
  clocks?: Clock[];
  nextClock?: Clock | null;
  visibility?: string;
  openedAt?: string;
}

export interface Clock extends Kept {
  key: string;
  state?: string;
  dueAt: string | null;
  dueOn?: string | null;
  startedAt?: string;
  stoppedAt?: string | null;
  pausedDays?: number;
  basis?: unknown;
  arithmetic?: unknown;
  explanation?: unknown;
  caseId?: string;
  caseNumber?: string;
}

export interface TimelineEvent {
  id?: string;
  at: string;
  recordedAt?: string;
  kind: string;
  sentence?: string;
  actor?: string;
  actorName?: string;
  details?: Record<string, unknown>;
}

export interface Party extends Kept {
  name: string;
  role?: string;
  snapshot?: Record<string, unknown>;
  registry?: Record<string, unknown> | null;
}

export interface Exhibit extends Kept {
  no: number | string;
  captureId: string | null;
  kind: string;
  factToProve: string;
  addedAt?: string;
  sha256?: string | null;
  url?: string | null;
  state?: string;
}

/** A field of an official form, with the rule that demands it. */
export interface FormField {
  key: string;
  zh: string;
  type: string;
  required: boolean;
  basis: string | null;
  /** Who fills it in when it is not the file or the person: the number register, the approval, a pen. */
  filledBy: string | null;
}

export interface OfficialForm {
  form: string;
  zh: string;
  fields: FormField[];
}

export interface Document extends Stateful {
  caseId: string | null;
  form: string;
  title?: string;
  number: string | null;
  issuedOn?: string | null;
  refKind: string;
  refId: string;
  /** Version of the printed paper; 0 while there is none. */
  paper: number;
  draftedAt: string;
  fields?: Record<string, unknown>;
  missing?: { key: string; zh: string; basis: string | null }[];
  papers?: { version: number; sha256: string; size: number; madeBy: string; madeAt: string; reason: string | null }[];
  service?: { method: string; to: string; where: string; at: string } | null;
  voidReason?: string | null;
}

export interface Task extends Kept {
  caseId: string | null;
  caseNumber?: string | null;
  kind: string;
  title?: string;
  matter?: string | null;
  dueAt: string | null;
  state: string;
  from?: string | null;
  action?: string | null;
}

/** One of the eight things an order must say: what it lacks and which field to go to. */
export interface MissingItem {
  item: string;
  field: string;
  en: string;
  zh: string;
}

export interface LawCitation {
  law: string;
  article: string;
  mark?: string;
}

export interface OrderAddress {
  outletId: string;
  url: string;
  captureId: string | null;
  justification: string | null;
}

export interface Order extends Stateful {
  caseId: string;
  caseNumber: string | null;
  kind: string;
  number: string | null;
  operatorId: string | null;
  operatorName: string | null;
  authority?: string;
  officers?: string[];
  officerNames?: string[];
  basis?: LawCitation[];
  reasons?: string;
  scope?: string | null;
  addresses?: OrderAddress[];
  executeBy?: string | null;
  until?: string | null;
  remedyOperator?: string;
  remedyMerchant?: string;
  reportHow?: string;
  documentId?: string | null;
  reportOutcome?: string | null;
  ackName?: string | null;
  ackAt?: string | null;
  clocks?: Clock[];
  missing?: MissingItem[];
}

export interface Observation {
  id: string;
  addressNo?: number;
  url?: string;
  round?: number;
  profile?: string;
  requestedAt?: string;
  observedAt?: string | null;
  verdict: string | null;
  reason?: string | null;
  status?: number | null;
  urlFinal?: string | null;
  ip?: string | null;
  similarity?: number | null;
  packageId?: string | null;
  captureId?: string | null;
}

export interface AuditEvent {
  id: string;
  seq?: number;
  at: string;
  actor: string;
  actorName?: string;
  act: string;
  kind: string;
  record?: string;
  caseId?: string | null;
  purpose?: string | null;
  origin?: string | null;
}

export interface VerificationReport {
  verdict: string;
  reasons: string[];
  files: number;
  at: string;
}
