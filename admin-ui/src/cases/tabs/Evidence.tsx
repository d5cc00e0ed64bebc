import { Box, Button, Typography } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { call } from '../../api/http';
import { useItems } from '../../api/use-api';
import type { Case, Exhibit } from '../../api/types';
import { CaseRequestsPanel } from '../../captures/Attempts';
import { ImportDialog } from '../../captures/ImportDialog';
import type { ActField } from '../../parts/act-fields';
import { ActDialog } from '../../parts/ActDialog';
import { useWord } from '../../parts/choices';
import { Digest } from '../../parts/Digest';
import { NewButton } from '../../parts/NewButton';
import { Panel, Stacked } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { RecordLink } from '../../parts/Records';
import { Fetching } from '../../parts/Refusal';
import { StateMark } from '../../parts/StateMark';
import { useDone } from '../../parts/use-done';
import { When } from '../../parts/When';
import { Who } from '../../parts/Who';
import { PrintExhibits } from './PrintExhibits';

const thingFields: ActField[] = [
  { name: 'description', kind: 'long', required: true },
  { name: 'quantity', kind: 'text', required: true },
  { name: 'keptAt', kind: 'text', required: true },
  { name: 'holder', kind: 'text', required: true },
  { name: 'factToProve', kind: 'long', required: true },
];
const handOverFields: ActField[] = [
  { name: 'newHolder', kind: 'text', required: true },
  { name: 'keptAt', kind: 'text', required: true },
  { name: 'receipt', kind: 'text', required: true },
  { name: 'reason', kind: 'long', required: true },
  { name: 'happenedAt', kind: 'instant', required: true },
];

const isOfficer = (holder: string) => /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(holder);
const textOf = (exhibit: Exhibit, key: string) => String(exhibit.package[key] ?? '—');

export const Evidence = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const { canAccess: mayAdd } = useCanAccess({ resource: 'cases', action: 'accept' });
  const done = useDone();
  const word = useWord();
  const [dialog, setDialog] = useState<'import' | 'exhibit' | 'thing'>();
  const [handing, handOver] = useState<Exhibit>();
  const close = () => setDialog(undefined);
  const { items, isPending, error, refetch } = useItems<Exhibit>(`cases/${file.id}/exhibits`);
  const label = (field: string) => translate(`resources.exhibits.fields.${field}`);
  return (
    <Stacked>
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
            <PrintExhibits file={file} />
            {mayAdd && (
              <>
                <Button variant="outlined" onClick={() => setDialog('import')} data-action="import">
                  {translate('action.capture.import')}
                </Button>
                <Button variant="outlined" onClick={() => setDialog('exhibit')}>
                  {translate('action.case.addExhibit')}
                </Button>
                <Button variant="outlined" onClick={() => setDialog('thing')} data-action="addThing">
                  {translate('action.case.addThing')}
                </Button>
              </>
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
                cell: (e) =>
                  e.captureId ? (
                    <RecordLink resource="captures" id={e.captureId}>
                      {translate('console.exhibitNo', { n: e.number })}
                    </RecordLink>
                  ) : (
                    translate('console.exhibitNo', { n: e.number })
                  ),
              },
              {
                key: 'package',
                label: label('package'),
                cell: (e) => (e.thing ? translate('console.thing') : textOf(e, 'number')),
              },
              {
                key: 'page',
                label: label('page'),
                cell: (e) => (e.thing ? `${e.thing.description}（${e.thing.quantity}）` : textOf(e, 'url')),
              },
              { key: 'fact', label: label('factToProve'), cell: (e) => e.factToProve },
              { key: 'at', label: label('addedAt'), cell: (e) => <When at={e.addedAt} /> },
              { key: 'digest', label: label('sha256'), cell: (e) => <Digest value={textOf(e, 'manifestSha256')} /> },
              {
                key: 'holder',
                label: label('holder'),
                cell: (e) => (
                  <>
                    <Who id={isOfficer(e.holder) ? e.holder : undefined} name={isOfficer(e.holder) ? undefined : e.holder} />
                    {e.keptAt && ` · ${e.keptAt}`}
                    {e.handovers.map((h) => (
                      <Typography key={h.n} variant="caption" component="div" color="text.secondary">
                        <When at={h.happenedAt} /> {translate('console.handedOver', { to: h.to, receipt: h.receipt })}
                      </Typography>
                    ))}
                    {mayAdd && (
                      <Button size="small" onClick={() => handOver(e)} data-action="handOver">
                        {translate('action.case.handOver')}
                      </Button>
                    )}
                  </>
                ),
              },
              {
                key: 'authenticity',
                label: label('authenticity'),
                cell: (e) => e.authenticity.map((way) => word('way', way)).join('、') || '—',
              },
              { key: 'fault', label: label('fault'), cell: (e) => <StateMark kind="exhibitFault" state={e.fault ?? 'ok'} /> },
            ]}
          />
        )}
        {dialog === 'exhibit' && (
          <ActDialog
            title={translate('action.case.addExhibit')}
            shape={{
              fields: [
                {
                  name: 'captureId',
                  kind: 'reference',
                  reference: 'captures',
                  shows: 'number',
                  filter: { caseId: file.id },
                  required: true,
                },
                { name: 'factToProve', kind: 'long', required: true },
              ],
            }}
            onClose={close}
            onAct={async (body, idempotencyKey) => {
              await call(`cases/${file.id}/exhibits`, { method: 'POST', body, idempotencyKey });
              done('console.exhibitAdded');
            }}
          />
        )}
        {dialog === 'import' && (
          <ImportDialog
            about={{ caseId: file.id, ...(file.outletId && { outletId: file.outletId }) }}
            purpose={translate('console.purposeCase', { number: file.number })}
            onClose={close}
          />
        )}
        {dialog === 'thing' && (
          <ActDialog
            title={translate('action.case.addThing')}
            shape={{ fields: thingFields }}
            onClose={close}
            onAct={async (body, idempotencyKey) => {
              await call(`cases/${file.id}/exhibits/things`, { method: 'POST', body, idempotencyKey });
              done('console.exhibitAdded');
            }}
          />
        )}
        {handing && (
          <ActDialog
            title={translate('action.case.handOver')}
            shape={{ fields: handOverFields }}
            onClose={() => handOver(undefined)}
            onAct={async ({ newHolder, ...rest }, idempotencyKey) => {
              const body = { ...rest, to: newHolder };
              await call(`cases/${file.id}/exhibits/${handing.id}/handovers`, { method: 'POST', body, idempotencyKey });
              done('console.acted', { act: translate('action.case.handOver') });
            }}
          />
        )}
      </Panel>
      <CaseRequestsPanel caseId={file.id} />
    </Stacked>
  );
};
