import { Alert, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import { useApi, useItems } from '../api/use-api';
import type { Capture, CaptureFile, CaseRequests } from '../api/types';
import { useWord } from '../parts/choices';
import { Panel } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { RecordLink } from '../parts/Records';
import { Fetching } from '../parts/Refusal';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { Files } from './Files';

/** What a capture saw that came to nothing; kept, and no evidence. */
export const Observation = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const { items, isPending, error, refetch } = useItems<CaptureFile>(`captures/${capture.id}/files`);
  return (
    <Panel title={translate('console.observation')} flush>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && (
        <>
          <Typography color="text.secondary" sx={{ p: 2 }}>
            {translate(items.length > 0 ? 'console.observationNote' : 'console.noObservation')}
          </Typography>
          {items.length > 0 && <Files capture={capture} files={items} />}
        </>
      )}
    </Panel>
  );
};

const Rows = ({ rows, caption, isNumbered }: { rows: Capture[]; caption: string; isNumbered?: boolean }) => {
  const translate = useTranslate();
  const word = useWord();
  const label = (field: string) => translate(`resources.captures.fields.${field}`);
  return (
    <PlainTable
      caption={caption}
      rows={rows}
      rowKey={(row) => row.id}
      columns={[
        ...(isNumbered
          ? [{ key: 'seq', label: label('caseSeq'), cell: (row: Capture) => row.caseSeq ?? translate('console.joinedLater') }]
          : []),
        {
          key: 'number',
          label: label('number'),
          cell: (row) => (
            <RecordLink resource="captures" id={row.id}>
              {row.number}
            </RecordLink>
          ),
        },
        ...(isNumbered
          ? [{ key: 'of', label: label('url'), cell: (row: Capture) => row.url || word('captureKind', row.kind) }]
          : []),
        { key: 'at', label: label('requestedAt'), width: 200, cell: (row) => <When at={row.requestedAt} form="second" /> },
        { key: 'state', label: label('state'), cell: (row) => <StateMark kind="capture" state={row.state} /> },
        {
          key: 'reason',
          label: translate('console.reason'),
          cell: (row) => (row.reason ? word('captureReason', row.reason) : '—'),
        },
      ]}
    />
  );
};

/** Every attempt at the address that counts for this package, failures included; the report lists the same. */
export const Attempts = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const { items, isPending, error, refetch } = useItems<Capture>(`captures/${capture.id}/attempts`);
  return (
    <Panel title={translate('console.attempts')} flush>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && <Rows rows={items} caption={translate('console.attempts')} />}
    </Panel>
  );
};

/** What a case has asked for, by its running numbers, and what became of each. A gap is told, not hidden. */
export const CaseRequestsPanel = ({ caseId }: { caseId: string }) => {
  const translate = useTranslate();
  const { data, isPending, error, refetch } = useApi<CaseRequests>(`captures/of-case/${caseId}`);
  return (
    <Panel title={translate('console.caseRequests')} flush>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {data && data.missing.length > 0 && (
        <Alert severity="warning">{translate('console.caseRequestsMissing', { numbers: data.missing.join('、') })}</Alert>
      )}
      {data && <Rows rows={data.items} caption={translate('console.caseRequests')} isNumbered />}
    </Panel>
  );
};
