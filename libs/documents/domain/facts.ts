/**
 * Published when a document has been sealed or, for a record, finished, and again (as `document.regenerated`) with each later version.
 * `caseId` is null when it belongs to no case.
 */
export interface DocumentSealed {
  documentId: string;
  caseId: string | null;
  ref: { kind: string; id: string };
  form: string;
  number: string | null;
  version: number;
  sha256: string;
}

export const DOCUMENT_SEALED = 'document.sealed';
export const DOCUMENT_REGENERATED = 'document.regenerated';
export const DOCUMENT_SERVED = 'document.served';
