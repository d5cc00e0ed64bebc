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

export interface LawCitation {
  law: string;
  article: string;
  /** F: read in the law; the other marks are not to be cited as law. */
  mark?: string;
}

/** One move of a case as the server offers it, with what it asks for, or with the reason why it cannot be made now. */
export interface OfferedAction {
  action: string;
  zh: string;
  en: string;
  to: string;
  allowed: boolean;
  reason: { code: string; zh: string; en: string; details: Record<string, unknown> } | null;
  needs: string[];
  may: string[];
  documents: string[];
  sealing: boolean;
  basis: LawCitation;
}

export interface Stateful extends Kept {
  state: string;
  availableActions: string[];
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
  /** A glimpse of what the last look saw, and where. */
  seen: { at: string; where: string; server: string | null; lines: string[]; fault: string | null } | null;
  attestation: string | null;
  requestedAt: string;
  waitUntil: string;
  checkedAt: string | null;
  validUntil: string | null;
  instructions: { zh: string; en: string; location: string; value: string };
}

export interface Badge extends Stateful {
  code: string;
  outletId: string;
  siteName: string | null;
  domain: string | null;
  subjectId: string;
  subjectName: string | null;
  office: string;
  stateSince: string;
  issuedAt: string;
  provedUntil: string | null;
  reason: string | null;
  orderHolds: string[];
  signed: boolean;
  /** The public verification page. */
  url: string;
}

export interface BadgeEvent {
  at: string;
  actor: string;
  action: string;
  fromState: string | null;
  toState: string;
  reason: string | null;
  orderId: string | null;
}

export interface Hit {
  word: string;
  at: number;
  context: string;
  /** Written apart to escape a search. */
  evaded: boolean;
}

export interface Finding extends Stateful {
  outletId: string;
  subjectId: string;
  captureId: string;
  rule: string;
  ruleName: string;
  severity: number;
  kind: string;
  summary: string;
  origin: string;
  hits: Hit[];
  note: string | null;
  foundBy: string;
  foundAt: string;
  decidedBy: string | null;
  decidedAt: string | null;
  reason: string | null;
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

export interface CaseOfficer {
  id: string;
  name: string;
  certificate: string | null;
  role: string;
}

export interface ClockBrief {
  id: string;
  key: string;
  /** Local day; `dueAt` is its last instant. */
  due: string;
  dueAt: string;
  state: string;
  overdue: boolean;
  provisional: boolean;
}

export interface Penalty {
  kind: string;
  content: string;
  basis: LawCitation[];
  amountFen?: number;
}

export interface Case extends Stateful {
  number: string;
  stateZh: string;
  stateEn: string;
  matter: string;
  source: string;
  divisionCode: string;
  visibility: string;
  subjectId: string | null;
  partyName: string | null;
  outletId: string | null;
  outletName: string | null;
  findingId: string | null;
  outcome: string | null;
  openedAt: string;
  filedAt: string | null;
  decidedAt: string | null;
  servedAt: string | null;
  closedAt: string | null;
  archivedAt: string | null;
  officers: CaseOfficer[];
  clocks: ClockBrief[];
  facts?: string | null;
  articles?: LawCitation[];
  report?: string | null;
  penalty?: Penalty[] | null;
  statement?: string | null;
  execution?: string | null;
  visibilityReason?: string | null;
  retention?: { class: string; until: string | null } | null;
  elsewhere?: string[];
  actions?: OfferedAction[];
}

export interface Clock extends ClockBrief {
  zh: string;
  en: string;
  n: number;
  unit: string;
  basis: LawCitation;
  basisZh: string;
  informs: boolean;
  startedAt: string;
  startedBy: string;
  stoppedAt: string | null;
  pausedDays: number;
  pauses: { from: string; to: string | null; ground: string; zh: string; en: string; reason: string | null }[];
  extensions: { n: number | null; unit: string | null; until: string | null; reason: string; at: string }[];
  pauseGrounds: string[];
  extendable: boolean;
  explanation: { kind: string; from: string; to: string; days: number; zh: string; en: string }[];
}

export interface CaseEvent {
  id: string;
  kind: string;
  happenedAt: string;
  recordedAt: string;
  actor: string;
  actorName: string | null;
  zh: string;
  en: string;
  afterClose: boolean;
}

export interface Party {
  id: string;
  role: string;
  subjectId: string | null;
  snapshot: Record<string, unknown>;
  takenAt: string;
  differences: { field: string; inFile: unknown; inRegister: unknown }[];
}

export interface Exhibit {
  id: string;
  number: number;
  captureId: string;
  factToProve: string;
  package: Record<string, unknown>;
  addedBy: string;
  addedAt: string;
  fault: string | null;
}

export interface Note {
  id: string;
  text: string;
  corrects: string | null;
  by: string;
  at: string;
  afterClose: boolean;
}

export interface Remark {
  id: string;
  round: number;
  field: string | null;
  text: string;
  by: string;
  at: string;
  answer: string | null;
  answeredAt: string | null;
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

export interface Task {
  id: string;
  caseId: string;
  caseNumber: string | null;
  caseState: string | null;
  partyName: string | null;
  kind: string;
  zh: string;
  en: string;
  requires: string;
  assignees: string[];
  state: string;
  /** Ends by itself when the case moves on. */
  ofState: boolean;
  due: string | null;
  overdue: boolean;
  heldUntil: string | null;
  returned: boolean;
  createdAt: string;
  daysWaiting: number;
  doneAt: string | null;
}

/** One of the eight things an order must say: what it lacks and which field to go to. */
export interface MissingItem {
  item: string;
  field: string;
  en: string;
  zh: string;
}

export interface OrderAddress {
  no: number;
  outletId: string;
  url: string;
  captureId: string | null;
  justification: string | null;
  /** The operator's last word, what the last looks saw, and what enough of them agree upon. */
  result: string | null;
  seen: string | null;
  confirmed: string | null;
}

export interface OrderClock {
  key: string;
  startedAt: string;
  dueAt: string;
  stoppedAt: string | null;
  basis: string;
  mark: string;
}

export interface Order extends Stateful {
  number: string | null;
  kind: string;
  caseId: string;
  caseNumber: string | null;
  operatorId: string | null;
  operatorName: string | null;
  scope: string | null;
  executeBy: string | null;
  until: string | null;
  reportOutcome: string | null;
  liftsOrderId: string | null;
  authority?: string;
  officerNames?: string[];
  basis?: LawCitation[];
  reasons?: string;
  ground?: string | null;
  remedyOperator?: string;
  remedyMerchant?: string;
  reportHow?: string;
  preserve?: string[];
  documentId?: string | null;
  dispatchedAt?: string | null;
  ackName?: string | null;
  ackRole?: string | null;
  ackAt?: string | null;
  recheckDue?: string | null;
  addresses?: OrderAddress[];
  clocks?: OrderClock[];
}

export interface OrderEvent {
  id: string;
  at: string;
  actor: string;
  kind: string;
  fromState: string | null;
  toState: string | null;
  details: Record<string, unknown>;
}

export interface Observation {
  id: string;
  addressNo: number;
  round: number;
  profile: string;
  captureId: string | null;
  requestedAt: string;
  observedAt: string | null;
  verdict: string | null;
  reason: string | null;
  status: number | null;
  urlFinal: string | null;
  ip: string | null;
  similarity: number | null;
}

export interface OrderReport {
  id: string;
  seq: number;
  outcome: string;
  byName: string;
  byRole: string;
  ticket: string | null;
  at: string;
  lines: { addressNo: number; result: string; measure: string | null; doneAt: string | null; reason: string | null }[];
  files: { id: string; name: string; mediaType: string; sizeBytes: number; sha256: string }[];
}

/** One line of a timeline on the screen, whatever list it comes from. */
export interface TimelineLine {
  key: string;
  at: string;
  recordedAt?: string;
  sentence: string;
  more?: string | null;
  actor?: string;
  actorName?: string | null;
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
