import { Box, Button } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useDataProvider, useLocaleState, useRecordContext, useTranslate } from 'react-admin';
import type { ConsoleDataProvider } from '../api/data-provider';
import { call } from '../api/http';
import { useApi } from '../api/use-api';
import type { Capture, DisposalOrder, PackageLife } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { Panel, Stacked } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { RecordLink } from '../parts/Records';
import { Fetching } from '../parts/Refusal';
import { StateMark } from '../parts/StateMark';
import { useDone } from '../parts/use-done';
import { When } from '../parts/When';
import { Who } from '../parts/Who';
import { AttestDialog } from './AttestDialog';
import { Destruction } from './Destruction';
import { isDisposed } from './running';

const told = ({ answers }: PackageLife['acts'][number]) =>
  ['personName', 'personRole', 'reason', 'medium', 'sealNumber', 'legalBasis']
    .map((name) => answers[name])
    .filter((value): value is string => typeof value === 'string')
    .join('；') || '—';

const Acts = ({ life }: { life: PackageLife }) => {
  const translate = useTranslate();
  return (
    <Panel title={translate('console.acts')} flush>
      <PlainTable
        caption={translate('console.acts')}
        rows={life.acts}
        rowKey={(act) => `${act.at}${act.action}${act.by}`}
        columns={[
          { key: 'at', label: translate('console.time'), cell: (act) => <When at={act.at} form="second" /> },
          { key: 'act', label: translate('console.act'), cell: (act) => translate(`action.capture.${act.action}`) },
          { key: 'by', label: translate('console.who'), cell: (act) => <Who id={act.by} /> },
          { key: 'second', label: translate('field.secondOfficerId'), cell: (act) => <Who id={act.second} /> },
          { key: 'told', label: translate('field.note'), cell: told },
        ]}
      />
    </Panel>
  );
};

const Checklist = ({ life }: { life: PackageLife }) => {
  const translate = useTranslate();
  const word = useWord();
  const [locale] = useLocaleState();
  const basis = ({ law, article, mark }: PackageLife['checklist'][number]['sources'][number]) =>
    `《${law}》${article && translate('console.article', { n: article })}${mark === 'F' ? '' : `（${word('mark', mark)}）`}`;
  const filesOf = (files: string[]) =>
    files.length > 2 ? `${files[0]} ${translate('console.andMore', { n: files.length - 1 })}` : files.join(' ') || '—';
  const lines = life.checklist.filter(({ state, required }) => state !== 'notApplicable' || required === 'M');
  return (
    <Panel title={translate('console.checklist')} flush>
      <PlainTable
        caption={translate('console.checklist')}
        rows={lines}
        rowKey={(line) => line.id}
        columns={[
          { key: 'what', label: translate('console.checklistItem'), cell: (line) => (locale === 'zh' ? line.zh : line.en) },
          {
            key: 'basis',
            label: translate('console.checklistBasis'),
            cell: (line) => line.sources.map(basis).join('；') || word('mark', line.mark),
          },
          { key: 'files', label: translate('console.checklistFiles'), cell: (line) => filesOf(line.files) },
          { key: 'known', label: translate('console.checklistKnown'), cell: (line) => word('checklistKnown', line.known) },
          { key: 'need', label: translate('console.checklistNeed'), cell: (line) => word('checklistNeed', line.required) },
          {
            key: 'state',
            label: translate('resources.captures.fields.state'),
            cell: (line) => <StateMark kind="checklist" state={line.state} />,
          },
        ]}
      />
    </Panel>
  );
};

const Papers = ({ capture, life }: { capture: Capture; life: PackageLife }) => {
  const translate = useTranslate();
  const word = useWord();
  const provider = useDataProvider<ConsoleDataProvider>();
  const [attesting, setAttesting] = useState(false);
  const { canAccess: mayAttest } = useCanAccess({ resource: 'cases', action: 'accept' });
  const numberOf = (id: string | null) => life.attestations.find((one) => one.id === id)?.number;
  return (
    <Panel
      title={translate('console.authenticity')}
      flush
      action={
        mayAttest &&
        !isDisposed(capture) && (
          <Button variant="outlined" onClick={() => setAttesting(true)} data-action="attest">
            {translate('action.capture.attest')}
          </Button>
        )
      }
    >
      <PlainTable
        caption={translate('console.authenticity')}
        rows={life.attachments}
        rowKey={(paper) => paper.n}
        columns={[
          { key: 'way', label: translate('field.way'), cell: (paper) => word('way', paper.role) },
          {
            key: 'title',
            label: translate('console.paper'),
            cell: (paper) =>
              isDisposed(capture) ? (
                paper.title
              ) : (
                <Button
                  size="small"
                  onClick={() =>
                    void provider.download(`captures/${capture.id}/attachments/${paper.n}`, paper.path.split('/').at(-1) ?? '')
                  }
                >
                  {paper.title}
                </Button>
              ),
          },
          {
            key: 'package',
            label: translate('console.attestation'),
            cell: ({ attestationId }) =>
              attestationId ? (
                <RecordLink resource="captures" id={attestationId}>
                  {numberOf(attestationId) ?? attestationId}
                </RecordLink>
              ) : (
                '—'
              ),
          },
          { key: 'at', label: translate('console.time'), cell: (paper) => <When at={paper.at} /> },
          { key: 'digest', label: 'SHA-256', cell: (paper) => <Digest value={paper.sha256} /> },
        ]}
      />
      {attesting && <AttestDialog capture={capture} onClose={() => setAttesting(false)} />}
    </Panel>
  );
};

const Disposals = ({ capture, life }: { capture: Capture; life: PackageLife }) => {
  const translate = useTranslate();
  const word = useWord();
  const done = useDone();
  const [asking, setAsking] = useState(false);
  const [approving, approve] = useState<DisposalOrder>();
  const { canAccess: mayAsk } = useCanAccess({ resource: 'captures', action: 'dispose' });
  const { canAccess: mayApprove } = useCanAccess({ resource: 'captures', action: 'approveDisposal' });
  const ripe = capture.state === 'sealed' || capture.state === 'transferred';
  if (!ripe && life.disposals.length === 0) return null;
  const path = `captures/${capture.id}/disposals`;
  return (
    <Panel
      title={translate('console.disposals')}
      flush
      action={
        mayAsk &&
        ripe && (
          <Button variant="outlined" onClick={() => setAsking(true)} data-action="askDisposal">
            {translate('action.capture.askDisposal')}
          </Button>
        )
      }
    >
      <PlainTable
        caption={translate('console.disposals')}
        rows={life.disposals}
        rowKey={(order) => order.id}
        columns={[
          { key: 'what', label: translate('field.what'), cell: (order) => word('disposal', order.what) },
          { key: 'reason', label: translate('field.reason'), cell: (order) => `${order.reason}（${order.legalBasis}）` },
          { key: 'by', label: translate('console.who'), cell: (order) => <Who id={order.askedBy} /> },
          {
            key: 'approvals',
            label: translate('console.approvals'),
            cell: (order) => (
              <Box>
                {order.approvals.map(({ by, opinion }) => (
                  <div key={by}>
                    <Who id={by} />：{opinion}
                  </div>
                ))}
                {mayApprove && !order.given && (
                  <Button size="small" onClick={() => approve(order)} data-action="approveDisposal">
                    {translate('action.capture.approveDisposal')}
                  </Button>
                )}
              </Box>
            ),
          },
        ]}
      />
      {asking && (
        <ActDialog
          title={translate('action.capture.askDisposal')}
          explanation={translate('says.capture.askDisposal')}
          shape={{
            fields: [
              { name: 'what', list: 'disposal', kind: 'choice', values: ['returned', 'destroyed'], required: true },
              { name: 'reason', kind: 'long', required: true, minLength: 2 },
              { name: 'legalBasis', kind: 'text', required: true, minLength: 2 },
            ],
          }}
          onClose={() => setAsking(false)}
          onAct={async (body, idempotencyKey) => {
            await call(path, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: translate('action.capture.askDisposal') });
          }}
        />
      )}
      {approving && (
        <ActDialog
          title={translate('action.capture.approveDisposal')}
          shape={{ fields: [{ name: 'opinion', kind: 'long', required: true, minLength: 2 }] }}
          onClose={() => approve(undefined)}
          onAct={async (body, idempotencyKey) => {
            await call(`${path}/${approving.id}/approvals`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: translate('action.capture.approveDisposal') });
          }}
        />
      )}
    </Panel>
  );
};

/** What was done with the package after it was fixed, on what its authenticity rests, and what it still lacks. */
export const Life = () => {
  const capture = useRecordContext<Capture>();
  const { data: life, isPending, error, refetch } = useApi<PackageLife>(capture && `captures/${capture.id}/life`);
  if (!capture) return null;
  return (
    <>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {life && (
        <Stacked>
          <Papers capture={capture} life={life} />
          <Acts life={life} />
          <Disposals capture={capture} life={life} />
          {life.destruction && <Destruction of={life.destruction} />}
          {life.checklist.length > 0 && <Checklist life={life} />}
        </Stacked>
      )}
    </>
  );
};
