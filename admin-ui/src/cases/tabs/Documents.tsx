import { Button } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, Document } from '../../api/types';
import { DraftDialog } from '../../documents/DraftDialog';
import { useWord } from '../../parts/choices';
import { Panel } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { RecordLink } from '../../parts/Records';
import { Fetching } from '../../parts/Refusal';
import { StateMark } from '../../parts/StateMark';
import { When } from '../../parts/When';

export const Documents = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const { canAccess: mayAdd } = useCanAccess({ resource: 'documents', action: 'create' });
  const word = useWord();
  const [drafting, setDrafting] = useState(false);
  const { items, isPending, error, refetch } = useItems<Document>(`cases/${file.id}/documents`);
  const label = (field: string) => translate(`resources.documents.fields.${field}`);
  return (
    <Panel
      title={translate('tab.documents')}
      flush
      action={
        mayAdd && (
          <Button variant="outlined" onClick={() => setDrafting(true)}>
            {translate('action.case.draftDocument')}
          </Button>
        )
      }
    >
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && (
        <PlainTable
          caption={translate('tab.documents')}
          rows={items}
          rowKey={(d) => d.id}
          columns={[
            {
              key: 'form',
              label: label('form'),
              cell: (d) => (
                <RecordLink resource="documents" id={d.id}>
                  {d.title ?? word('form', String(d.form))}
                </RecordLink>
              ),
            },
            { key: 'number', label: label('number'), cell: (d) => d.number ?? '—' },
            { key: 'state', label: label('state'), cell: (d) => <StateMark kind="document" state={d.state} /> },
            { key: 'at', label: label('createdAt'), cell: (d) => <When at={d.draftedAt} /> },
          ]}
        />
      )}
      {drafting && <DraftDialog file={file} onClose={() => setDrafting(false)} />}
    </Panel>
  );
};
