import { Box } from '@mui/material';
import { EditButton, Show, TopToolbar, useRecordContext, useTranslate } from 'react-admin';
import { useItems } from '../api/use-api';
import type { Case, Change, Outlet, Subject } from '../api/types';
import { useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { Facts } from '../parts/Facts';
import { History } from '../parts/History';
import { Columns, Panel, Stacked } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { RecordLink } from '../parts/Records';
import { Fetching } from '../parts/Refusal';
import { StateMark } from '../parts/StateMark';
import { NewButton } from '../parts/NewButton';
import { When } from '../parts/When';

const Outlets = ({ subject }: { subject: Subject }) => {
  const translate = useTranslate();
  const { items, isPending, error, refetch } = useItems<Outlet>('outlets', { query: { subjectId: subject.id, perPage: 100 } });
  const title = translate('resources.outlets.name', { smart_count: 2 });
  return (
    <Panel title={title} flush action={<NewButton resource="outlets" initial={{ subjectId: subject.id }} />}>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && (
        <PlainTable
          caption={title}
          rows={items}
          rowKey={(o) => o.id}
          columns={[
            {
              key: 'siteName',
              label: translate('resources.outlets.fields.siteName'),
              cell: (o) => (
                <RecordLink resource="outlets" id={o.id}>
                  {o.siteName}
                </RecordLink>
              ),
            },
            { key: 'url', label: translate('resources.outlets.fields.url'), cell: (o) => o.url },
            { key: 'icpNo', label: translate('resources.outlets.fields.icpNo'), cell: (o) => o.icpNo ?? '—' },
          ]}
        />
      )}
    </Panel>
  );
};

const Cases = ({ subject }: { subject: Subject }) => {
  const translate = useTranslate();
  const { items, isPending, error, refetch } = useItems<Case>('cases', { query: { subjectId: subject.id, perPage: 100 } });
  const title = translate('resources.cases.name', { smart_count: 2 });
  return (
    <Panel title={title} flush>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && (
        <PlainTable
          caption={title}
          rows={items}
          rowKey={(c) => c.id}
          columns={[
            {
              key: 'number',
              label: translate('resources.cases.fields.number'),
              cell: (c) => (
                <RecordLink resource="cases" id={c.id}>
                  {c.number ?? translate('console.notNumbered')}
                </RecordLink>
              ),
            },
            { key: 'matter', label: translate('resources.cases.fields.matter'), cell: (c) => c.matter },
            {
              key: 'state',
              label: translate('resources.cases.fields.state'),
              cell: (c) => <StateMark kind="case" state={c.state} />,
            },
          ]}
        />
      )}
    </Panel>
  );
};

const SubjectFacts = () => {
  const subject = useRecordContext<Subject>();
  const translate = useTranslate();
  const word = useWord();
  const { items: changes } = useItems<Change>(subject && `subjects/${subject.id}/history`);
  if (!subject) return null;
  const label = (field: string) => translate(`resources.subjects.fields.${field}`);
  return (
    <Stacked>
      <Columns>
        <Panel title={translate('console.facts')}>
          <Facts
            facts={[
              [label('name'), subject.name],
              [label('uscc'), <Digest key="u" value={subject.uscc} full />],
              [label('kind'), word('subjectKind', subject.kind)],
              [label('status'), <StateMark key="s" kind="subjectStatus" state={subject.status} />],
              [label('legalRep'), subject.legalRep],
              [label('contactPhone'), subject.contactPhone],
              [label('domicile'), subject.domicile],
              [label('divisionCode'), subject.divisionCode],
              [label('established'), <When key="e" at={subject.established} form="day" />],
              [label('usccOverrideReason'), subject.usccOverrideReason],
            ]}
          />
          <Box sx={{ mt: 1.5 }}>
            <Facts columns={1} facts={[[label('scope'), subject.scope]]} />
          </Box>
        </Panel>
        <Stacked>
          <Outlets subject={subject} />
          <Cases subject={subject} />
        </Stacked>
      </Columns>
      <Panel title={translate('console.history')} flush>
        <History resource="subjects" changes={changes} />
      </Panel>
    </Stacked>
  );
};

const SubjectShow = () => (
  <Show
    component="div"
    actions={
      <TopToolbar>
        <EditButton />
      </TopToolbar>
    }
  >
    <SubjectFacts />
  </Show>
);

export default SubjectShow;
