import { Box, Button } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { call } from '../../api/http';
import { useItems } from '../../api/use-api';
import type { Case, Exhibit } from '../../api/types';
import { ActDialog } from '../../parts/ActDialog';
import { useWord } from '../../parts/choices';
import { Digest } from '../../parts/Digest';
import { NewButton } from '../../parts/NewButton';
import { Panel } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { RecordLink } from '../../parts/Records';
import { Fetching } from '../../parts/Refusal';
import { useDone } from '../../parts/use-done';
import { When } from '../../parts/When';

export const Evidence = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const word = useWord();
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
              purpose: translate('console.purposeCase', { number: file.number ?? file.matter }),
            }}
            label={translate('action.case.capture')}
          />
          <Button variant="outlined" onClick={() => setAdding(true)}>
            {translate('action.case.addExhibit')}
          </Button>
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
                  {String(e.no)}
                </RecordLink>
              ),
            },
            { key: 'kind', label: label('kind'), cell: (e) => word('exhibitKind', e.kind) },
            { key: 'fact', label: label('factToProve'), cell: (e) => e.factToProve },
            { key: 'at', label: label('addedAt'), cell: (e) => <When at={e.addedAt ?? e.createdAt} /> },
            { key: 'digest', label: label('sha256'), cell: (e) => <Digest value={e.sha256} /> },
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
