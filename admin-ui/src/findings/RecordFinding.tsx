import { Button } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { useNavigate } from 'react-router-dom';
import { call } from '../api/http';
import type { Capture, Finding } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { pathTo } from '../parts/Records';
import { useDone } from '../parts/use-done';

/** Scans the fixed page with the rule library, or takes the inspector's own word under a rule. */
export const RecordFinding = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const navigate = useNavigate();
  const done = useDone();
  const [open, setOpen] = useState(false);
  const { canAccess } = useCanAccess({ resource: 'findings', action: 'create' });
  if (!canAccess || !capture.outletId) return null;
  return (
    <>
      <Button variant="outlined" onClick={() => setOpen(true)}>
        {translate('action.finding.record')}
      </Button>
      {open && (
        <ActDialog
          title={translate('action.finding.record')}
          explanation={translate('says.finding.record')}
          shape={{
            fields: [
              { name: 'kind', kind: 'choice', list: 'findingKind', values: ['badgeMissing', 'word'] },
              { name: 'rule', kind: 'reference', reference: 'rules', shows: 'zh' },
              { name: 'manual', kind: 'yes' },
              { name: 'note', kind: 'long' },
            ],
          }}
          onClose={() => setOpen(false)}
          onAct={async ({ manual, ...data }, idempotencyKey) => {
            const body = { ...data, ...(manual ? { manual } : {}), outletId: capture.outletId, captureId: capture.id };
            const finding = await call<Finding>('findings', { method: 'POST', body, idempotencyKey });
            done('console.recordedFinding');
            void navigate(pathTo('findings', finding.id));
          }}
        />
      )}
    </>
  );
};
