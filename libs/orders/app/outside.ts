import type { EntityManager } from 'typeorm';
import type { LawCitation } from '../../kernel';
import type { Profile, Sight } from '../domain/verdict';
import type { OrderRow, AddressRow } from '../store/order.entity';

/** What an order needs to know of its case. */
export interface CaseFile {
  id: string;
  number: string;
  state: string;
  divisionCode: string;
  /** Name of the agency that handles it. */
  authority: string;
  officers: { id: string; name: string; certificate: string | null }[];
  matter: string;
  /** The penalty decision, once there is one; `servedOn` is an instant. */
  decision: { number: string; servedOn: string | null; documentId: string } | null;
}

/** The case room as orders see it. Everything runs in the caller's transaction, under the caller's claims. */
export abstract class CaseFiles {
  /** Null when there is none or it is out of scope. */
  abstract find(tx: EntityManager, caseId: string): Promise<CaseFile | null>;
  /** One line of the case's timeline. */
  abstract tell(
    tx: EntityManager,
    caseId: string,
    entry: { kind: string; orderId: string; zh: string; en: string; details: object },
  ): Promise<void>;
  /** The case cannot be closed while the order stands. Blocking twice is blocking once. */
  abstract block(tx: EntityManager, caseId: string, orderId: string, zh: string): Promise<void>;
  abstract unblock(tx: EntityManager, caseId: string, orderId: string): Promise<void>;
}

export interface Contact {
  name: string;
  role: string;
  email: string;
  purpose: string;
}

export abstract class Operators {
  abstract find(tx: EntityManager, operatorId: string): Promise<{ id: string; name: string; contacts: Contact[] } | null>;
}

export interface Outlet {
  id: string;
  siteName: string;
  url: string;
  domain: string;
  ip: string | null;
  icpNo: string | null;
  isp: string | null;
}

/** The outlets whose addresses an order may name; those out of scope are left out. */
export abstract class Outlets {
  abstract find(tx: EntityManager, outletIds: readonly string[]): Promise<Outlet[]>;
}

export interface PaperContent {
  order: OrderRow;
  addresses: readonly AddressRow[];
  caseFile: CaseFile;
  /** Only citations that were read as law: others are never printed as law. */
  basis: readonly LawCitation[];
  outlets: readonly Outlet[];
  /** Number of the order that a restoration lifts. */
  lifts: string | null;
}

/** Who signs: an officer, or a process of ours when the rule itself acts (`system:…`). */
export interface Signer {
  id: string;
  name: string;
  secondFactorAt: Date | null;
}

/** Official documents of an order: X1, X2, X3 and their receipts. The order's own table has said before that the act is allowed. */
export abstract class Papers {
  /** Makes the document, submits it as `submitter`, approves it as `approver`, and so takes its number. */
  abstract approve(
    tx: EntityManager,
    content: PaperContent,
    submitter: Omit<Signer, 'secondFactorAt'>,
    approver: Signer,
  ): Promise<{ documentId: string; number: string }>;
  /** Sets the seal; refuses without a fresh second factor. */
  abstract seal(tx: EntityManager, documentId: string, by: Signer): Promise<{ sha256: string }>;
  /** The sealed PDF. */
  abstract pdf(tx: EntityManager, documentId: string): Promise<Buffer>;
  /** Takes an approved document out of force; its number stays taken. */
  abstract void(tx: EntityManager, documentId: string, by: Signer, reason: string): Promise<void>;
  /** The operator's answer as a recorded form (X1R, X3R); returns its id. */
  abstract receipt(tx: EntityManager, order: OrderRow, said: ReceiptContent): Promise<string>;
}

export interface ReceiptContent {
  receivedAt: Date;
  doneAt: Date;
  how: string[];
  notDone: string | null;
  by: string;
  accepted: string;
}

/** What a look brought home, once its capture is fixed or has failed. */
export interface LookResult extends Sight {
  at: Date;
  ip: string | null;
}

export interface LookRequest {
  url: string;
  profile: Profile;
  /** Name of the vantage point from which to look. */
  vantage: string;
  caseId: string;
  caseNumber: string | null;
  outletId: string;
  orderId: string;
  divisionCode: string;
  /** Ids of the case's officers: evidence taking names two, and a look is no exception. */
  officers: readonly string[];
  place: string;
  factToProve: string;
}

/** Looking at a page is making evidence of it: a capture like any other, in the evidence room. */
export abstract class Looks {
  /** Names of the vantage points from which can be looked. */
  abstract vantages(): readonly [string, ...string[]];
  /** Asks for a capture; returns the id of its package. */
  abstract request(tx: EntityManager, look: LookRequest): Promise<string>;
  /** Null while the capture runs. */
  abstract result(tx: EntityManager, packageId: string): Promise<LookResult | null>;
  /** Text of a fixed page, empty when it has none. */
  abstract text(tx: EntityManager, packageId: string): Promise<string>;
  /** When each of the packages was fixed from a page that answered; packages that were not are left out. */
  abstract fetchedAt(tx: EntityManager, packageIds: readonly string[]): Promise<Map<string, { at: Date; url: string }>>;
}
