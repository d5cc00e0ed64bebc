import { AuditTrail } from '../../audit';
import type { Clock } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { type BlobStore, type Db, Facts, type SessionOfficer } from '../../platform';
import { Authorities } from '../app/authorities';
import { DocumentReader } from '../app/document-reader';
import { DocumentsService } from '../app/documents.service';
import { Papers } from '../app/papers';
import { NumberRegister } from '../store/number-register';

/** The documents room put together by hand, for tests that need no Nest. */
export function documentsRoom(
  db: Db,
  blobs: BlobStore,
  clock: Clock,
): { documents: DocumentsService; reader: DocumentReader; authorities: Authorities } {
  const authorities = new Authorities(new OfficerDirectory(db, clock));
  const papers = new Papers(authorities, blobs);
  const documents = new DocumentsService(
    new NumberRegister(),
    papers,
    authorities,
    new Facts(clock),
    new AuditTrail(clock),
    clock,
  );
  return { documents, reader: new DocumentReader(documents, papers, clock), authorities };
}

export const DOCUMENT_OFFICER_PERMISSIONS = ['document:read', 'document:draft', 'document:serve'];
export const DOCUMENT_HEAD_PERMISSIONS = ['document:read', 'document:approve', 'document:seal', 'document:void'];

/** A session officer for tests: `n` tells people apart. */
export function documentActor(
  n: number,
  name: string,
  permissions: readonly string[],
  secondFactorAt: Date | null = null,
): SessionOfficer {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return {
    id,
    account: `officer.${n}`,
    name,
    certificate: `1411220000${n}`,
    division: '141122',
    unit: '',
    roles: [],
    permissions,
    secondFactorAt,
  };
}
