import { useTranslate } from 'react-admin';
import { call } from '../api/http';
import { ActDialog } from '../parts/ActDialog';
import { useDone } from '../parts/use-done';
import { receiptBody, receiptFields } from './capture-acts';

interface ImportDialogProps {
  /** What is joined to the new package: a case, an outlet. */
  about: { caseId?: string; outletId?: string };
  purpose: string;
  onClose: () => void;
}

/** Files that somebody handed over, as evidence of their own. */
export const ImportDialog = ({ about, purpose, onClose }: ImportDialogProps) => {
  const translate = useTranslate();
  const done = useDone();
  return (
    <ActDialog
      title={translate('action.capture.import')}
      explanation={translate('says.capture.import')}
      shape={{ fields: receiptFields }}
      onClose={onClose}
      onAct={async (answers, idempotencyKey) => {
        const body = { ...receiptBody(answers), ...about, purpose };
        await call('evidence-imports', { method: 'POST', body, idempotencyKey });
        done('console.imported');
      }}
    />
  );
};
