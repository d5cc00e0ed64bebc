import { useTranslate } from 'react-admin';
import { call } from '../api/http';
import type { Capture } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { useDone } from '../parts/use-done';
import { receiptBody, receiptFields, ways } from './capture-acts';

/** Somebody's statement about this package, with his papers: fixed as a package of its own and joined to this one. */
export const AttestDialog = ({ capture, onClose }: { capture: Capture; onClose: () => void }) => {
  const translate = useTranslate();
  const done = useDone();
  return (
    <ActDialog
      title={translate('action.capture.attest')}
      explanation={translate('says.capture.attest')}
      shape={{ fields: [{ name: 'way', kind: 'choice', values: ways, required: true }, ...receiptFields] }}
      initial={{ factToProve: capture.factToProve, receivedPlace: capture.place }}
      onClose={onClose}
      onAct={async (answers, idempotencyKey) => {
        const body = { ...receiptBody(answers), purpose: translate('console.purposeAttest', { number: capture.number }) };
        await call(`captures/${capture.id}/attestations`, { method: 'POST', body, idempotencyKey });
        done('console.attested');
      }}
    />
  );
};
