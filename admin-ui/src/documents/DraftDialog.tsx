import { useTranslate } from 'react-admin';
import { useNavigate } from 'react-router-dom';
import { call } from '../api/http';
import type { Case, Document } from '../api/types';
import { forms } from '../cases/words';
import { ActDialog } from '../parts/ActDialog';
import { pathTo } from '../parts/Records';
import { useDone } from '../parts/use-done';

/** A form is begun with what the file knows; the draft's page shows what is still missing. */
export const DraftDialog = ({ file, onClose }: { file: Case; onClose: () => void }) => {
  const translate = useTranslate();
  const navigate = useNavigate();
  const done = useDone();
  return (
    <ActDialog
      title={translate('action.case.draftDocument')}
      explanation={translate('says.case.draftDocument')}
      shape={{ fields: [{ name: 'form', kind: 'choice', values: forms, required: true }] }}
      onClose={onClose}
      onAct={async ({ form }, idempotencyKey) => {
        const made = await call<Document>(`cases/${file.id}/documents`, {
          method: 'POST',
          body: { form, fields: {} },
          idempotencyKey,
        });
        done('console.drafted');
        void navigate(pathTo('documents', made.id));
      }}
    />
  );
};
