import { Box, Button } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { call } from '../../api/http';
import { useItems } from '../../api/use-api';
import type { Case, Exhibit } from '../../api/types';
import { ActDialog } from '../../parts/ActDialog';
import { Digest } from '../../parts/Digest';
import { NewButton } from '../../parts/NewButton';
import { Panel } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { RecordLink } from '../../parts/Records';
import { Fetching } from '../../parts/Refusal';
import { StateMark } from '../../parts/StateMark';
import { useDone } from '../../parts/use-done';
import { When } from '../../parts/When';

const textOf = (exhibit: Exhibit, key: string) => String(exhibit.package[key] ?? '—');

export const Evidence = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const { canAccess: mayAdd } = useCanAccess({ resource: 'cases', action: 'accept' });
  const done = useDone();
  const [adding, setAdding] = useState(false);
  const { items, isPending, error, refetch } = useItems<Exhibit>(`cases/${file.id}/exhibits`);
  const label = (field: string) => translate(`resources.exhibits.fields.${field}`);
  return (
    <Panel
      title={translate('console.exhibits')}
      flush
      action={
        <Box sx={{ display: 'flex', gap: 1 }}>
          <NewButton
            resource="captures"
            initial={{
              caseId: file.id,
              outletId: file.outletId,
              purpose: translate('console.purposeCase', { number: file.number }),
            }}
            label={translate('action.case.capture')}
          />
          {mayAdd && (
            <Button variant="outlined" onClick={() => setAdding(true)}>
              {translate('action.case.addExhibit')}
            </Button>
          )}
        </Box>
      }
    >
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && (
        <PlainTable
          caption={translate('console.exhibits')}
          rows={items}
          rowKey={(e) => e.id}
          columns={[
            {
              key: 'no',
              label: label('no'),
              cell: (e) => (
                <RecordLink resource="captures" id={e.captureId}>
                  {translate('console.exhibitNo', { n: e.number })}
                </RecordLink>
              ),
            },
            { key: 'package', label: label('package'), cell: (e) => textOf(e, 'number') },
            { key: 'page', label: label('page'), cell: (e) => textOf(e, 'url') },
            { key: 'fact', label: label('factToProve'), cell: (e) => e.factToProve },
            { key: 'at', label: label('addedAt'), cell: (e) => <When at={e.addedAt} /> },
            { key: 'digest', label: label('sha256'), cell: (e) => <Digest value={textOf(e, 'manifestSha256')} /> },
            { key: 'fault', label: label('fault'), cell: (e) => <StateMark kind="exhibitFault" state={e.fault ?? 'ok'} /> },
          ]}
        />
      )}
      {adding && (
        <ActDialog
          title={translate('action.case.addExhibit')}
          shape={{
            fields: [
              {
                name: 'captureId',
                kind: 'reference',
                reference: 'captures',
                shows: 'number',
                filter: { state: 'fixed' },
                required: true,
              },
              { name: 'factToProve', kind: 'long', required: true },
            ],
          }}
          onClose={() => setAdding(false)}
          onAct={async (body, idempotencyKey) => {
            await call(`cases/${file.id}/exhibits`, { method: 'POST', body, idempotencyKey });
            done('console.exhibitAdded');
          }}
        />
      )}
    </Panel>
  );
};
