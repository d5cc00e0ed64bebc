import type { Case } from '../../api/types';
import { AuditTable } from '../../audit/AuditTable';

export const CaseAudit = ({ file }: { file: Case }) => <AuditTable path={`cases/${file.id}/audit`} />;
