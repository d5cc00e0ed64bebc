import type { components } from './schema';

type Schemas = components['schemas'];

/** Shapes of the API as the console reads them: the generated ones by the words of the console, and the few that are not described there. */
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
export type OfferedAction = Schemas['OfferedActionDto'];

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
  /** Milliseconds without a request after which the server ends the session. */
  idleTimeoutMs: number;
  serverTime: string;
}

/** `totpSecret` is only in the answer that created the account. */
export type Officer = Schemas['OfficerDto'] & { totpSecret?: string };

export type Unit = Schemas['UnitDto'];

export type Subject = Schemas['SubjectDto'];

export type Outlet = Schemas['OutletDto'];

export interface Contact {
  name: string;
  role: string;
  email: string;
  phone: string;
  purpose: string;
}

export type Operator = Schemas['OperatorDto'];

export interface Change {
  id: string;
  version: number;
  at: string;
  actor: string;
  source: string;
  reason: string | null;
  changes: Record<string, { from: unknown; to: unknown }>;
}

export type Proof = Schemas['ProofDto'];

export type Badge = Schemas['BadgeDto'];

export type BadgeEvent = Schemas['BadgeEventDto'];

export type Hit = Schemas['HitDto'];

export type Finding = Schemas['FindingDto'];

export type CaptureStep = Schemas['StepDto'];

export type Capture = Schemas['CaptureDto'];
export type CaseMeasure = Schemas['CaseMeasureDto'];
export type CaseTransfer = Schemas['CaseTransferDto'];
export type CasePanel = Schemas['CasePanelDto'];

export type Upload = Schemas['UploadDto'];
export type PackageLife = Schemas['PackageLifeDto'];
export type DisposalOrder = Schemas['DisposalOrderDto'];
export type CaseRequests = Schemas['CaseRequestsDto'];
export type CaptureFile = Schemas['EvidenceFileDto'];

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
  /** `errors`: what was passed over of its certificate; captures of earlier days do not have it. */
  tls: { protocol: string; cipher: string; leafSha256: string | null; errors?: string[] } | null;
  encodedBytes: number;
  decodedBytes: number;
  mediaType?: string;
  outcome: string;
  reason?: string | null;
  requestBodySha256?: string | null;
  source?: string;
  startedAt?: string;
}

/** A body of an exchange as it may be shown. */
export type Body = Schemas['BodyDto'];
export type Certificate = Schemas['CertificateDto'];
export type Chain = Schemas['ChainDto'];

export type Incident = Schemas['IncidentDto'];
export type Comparison = Schemas['ComparisonDto'];

export type CustodyEntry = Schemas['CustodyDto'];

export type Exported = Schemas['ExportDto'];

export interface Penalty {
  kind: string;
  content: string;
  basis: LawCitation[];
  amountFen?: number;
}

export type Case = Schemas['CaseSummaryDto'] & Partial<Schemas['CaseDto']>;

export type Clock = Schemas['CaseClockDto'];

export type CaseEvent = Schemas['CaseEventDto'];

export interface Party {
  id: string;
  role: string;
  subjectId: string | null;
  snapshot: Record<string, unknown>;
  takenAt: string;
  differences: { field: string; inFile: unknown; inRegister: unknown }[];
}

export type Exhibit = Schemas['CaseExhibitDto'];

export type Note = Schemas['CaseNoteDto'];

export type Remark = Schemas['CaseRemarkDto'];

/** A field of an official form, with the rule that demands it. */
export type FormField = Schemas['FormFieldDto'];

export type OfficialForm = Schemas['FormDto'];

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

export type Task = Schemas['TaskDto'];

/** One of the eight things an order must say: what it lacks and which field to go to. */
export type MissingItem = Schemas['MissingItemDto'];

export type Order = Schemas['OrderSummaryDto'] & Partial<Schemas['OrderDto']>;

export type OrderEvent = Schemas['OrderEventDto'];

export type Observation = Schemas['ObservationDto'];
export type Vantages = Schemas['VantagesDto'];

export type OrderReport = Schemas['ReportDto'];

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

export type AuditEvent = Schemas['AuditEventDto'];

export type VerificationReport = Schemas['VerificationDto'];
