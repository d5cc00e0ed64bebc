import type { FixationStatement, Maker } from '../../capture/capture.contract';

/** Ways in which authenticity is confirmed: seed rules art. 20 (the party) and 22 (the others). */
export const WAYS = ['partyConfirmation', 'partyRefusal', 'notary', 'appraisal', 'provider', 'other'] as const;
export type Way = (typeof WAYS)[number];

export interface Received {
  /** Who handed the files over. */
  sender: string;
  /** When, as the officers say; UTC. */
  receivedAt: string;
  /** On which ground: a demand, a voluntary hand-over, a request for assistance. */
  ground: string;
}

/** `record/request.json` of an import or an attestation. The senders' names of files stand in the manifest only. */
export interface ReceiptRecord extends Received {
  v: 1;
  id: string;
  jobId: string;
  kind: 'import' | 'attestation';
  purpose: string;
  caseRef: string | null;
  clue: string | null;
  factToProve: string;
  makers: Maker[];
  place: string;
  /** False only when the officers said that nothing in it can be personal data. */
  personalData?: boolean;
  requestedAt: string;
  nonce: string;
  about: { id: string; manifestSha256: string; way: Way } | null;
  /** What the officers say of the taking of the files; absent when they said nothing. */
  statement?: FixationStatement;
  originals: { path: string; size: number; sha256: string }[];
}

export interface UploadedFile {
  name: string;
  mediaType: string;
  ending: string;
  size: number;
  sha256: string;
  sm3: string;
}

/** Where the n-th received file lies in its package, counted from 1. */
export const originalPath = (n: number, ending: string): string => `content/original/${String(n).padStart(3, '0')}.${ending}`;
export const attachmentPath = (n: number, ending: string): string => `attachments/${String(n).padStart(3, '0')}.${ending}`;
