import { useTranslate } from 'react-admin';
import { useItems } from '../api/use-api';
import type { Capture, Finding, Outlet } from '../api/types';
import { useWord } from '../parts/choices';
import { Stacked, Panel } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';

/** What was captured of the outlet and what was found on it. */
export const OutletFindings = ({ outlet }: { outlet: Outlet }) => {
  const translate = useTranslate();
  const word = useWord();
  const { items: findings } = useItems<Finding>('findings', { query: { outletId: outlet.id } });
  const { items: captures } = useItems<Capture>('captures', { query: { outletId: outlet.id } });
  const findingsTitle = translate('resources.findings.name', { smart_count: 2 });
  const capturesTitle = translate('resources.captures.name', { smart_count: 2 });
  return (
    <Stacked>
      <Panel title={findingsTitle} flush>
        <PlainTable
          caption={findingsTitle}
          rows={findings}
          rowKey={(f) => f.id}
          columns={[
            {
              key: 'kind',
              label: translate('resources.findings.fields.kind'),
              cell: (f) => (
                <RecordLink resource="findings" id={f.id}>
                  {f.summary || word('findingKind', f.kind)}
                </RecordLink>
              ),
            },
            {
              key: 'state',
              label: translate('resources.findings.fields.state'),
              cell: (f) => <StateMark kind="finding" state={f.state} />,
            },
            { key: 'at', label: translate('console.time'), cell: (f) => <When at={f.foundAt} /> },
          ]}
        />
      </Panel>
      <Panel title={capturesTitle} flush>
        <PlainTable
          caption={capturesTitle}
          rows={captures}
          rowKey={(c) => c.id}
          columns={[
            {
              key: 'number',
              label: translate('resources.captures.fields.number'),
              cell: (c) => (
                <RecordLink resource="captures" id={c.id}>
                  {c.number ?? c.url}
                </RecordLink>
              ),
            },
            {
              key: 'state',
              label: translate('resources.captures.fields.state'),
              cell: (c) => <StateMark kind="capture" state={c.state} />,
            },
            { key: 'at', label: translate('resources.captures.fields.requestedAt'), cell: (c) => <When at={c.requestedAt} /> },
          ]}
        />
      </Panel>
    </Stacked>
  );
};
