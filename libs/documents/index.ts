export { Authorities } from './app/authorities';
export { DocumentMoves, type Move as DocumentMove } from './app/document-moves';
export { DocumentReader } from './app/document-reader';
export {
  type Actor as DocumentActor,
  actionsFor as documentActionsFor,
  DocumentsService,
  type DraftRequest,
} from './app/documents.service';
export { DocumentsModule } from './documents.module';
export { documentStates } from './domain/document.states';
export type { PrintedExhibit } from './domain/exhibit-entry';
export { DOCUMENT_REGENERATED, DOCUMENT_SEALED, DOCUMENT_SERVED, type DocumentSealed } from './domain/facts';
export { DocumentProblem } from './domain/problems';
export { SERVICE_METHODS, type ServiceRecord } from './domain/service-method';
export { FORM_IDS, type FormId } from './domain/template';
export { DocumentSummaryDto, toDocumentSummary } from './http/document.dto';
export type { PdfSigner } from './rendering/cades';
export { renderEvidenceReport } from './rendering/evidence-report';
export type { EvidenceReport } from './rendering/evidence-report-input';
export { type Attachment, renderPdf } from './rendering/pdf';
export { renderForm } from './rendering/render-form';
export { openSealKey, type SealKeyFiles } from './rendering/seal-key';
export { DOCUMENT_ROWS, DocumentRow } from './store/document.entity';
