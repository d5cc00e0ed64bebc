import { useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, Task, TimelineEvent } from '../../api/types';
import { useWord } from '../../parts/choices';
import { DueMark } from '../../parts/DueMark';
import { Facts } from '../../parts/Facts';
import { Columns, Panel, Stacked } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { RecordLink } from '../../parts/Records';
import { StateMark } from '../../parts/StateMark';
import { Timeline } from '../../parts/Timeline';
import { When } from '../../parts/When';
import { NoteBox } from './NoteBox';

const recentEvents = 6;

export const Overview = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const word = useWord();
  const { items: tasks } = useItems<Task>(`cases/${file.id}/tasks`);
  const { items: events } = useItems<TimelineEvent>(`cases/${file.id}/timeline`);
  const label = (field: string) => translate(`resources.cases.fields.${field}`);
  const newest = [...events].sort((a, b) => b.at.localeCompare(a.at)).slice(0, recentEvents);
  return (
    <Columns wide={380}>
      <Stacked>
        <Panel title={translate('console.facts')}>
          <Facts
            facts={[
              [label('number'), file.number],
              [label('state'), <StateMark key="s" kind="case" state={file.state} />],
              [
                label('subjectId'),
                <RecordLink key="p" resource="subjects" id={file.subjectId}>
                  {file.subjectName}
                </RecordLink>,
              ],
              [
                label('outletId'),
                <RecordLink key="o" resource="outlets" id={file.outletId}>
                  {file.outletName}
                </RecordLink>,
              ],
              [label('source'), word('clueSource', file.source)],
              [label('createdAt'), <When key="c" at={file.createdAt ?? file.openedAt} />],
            ]}
          />
        </Panel>
        <Panel title={translate('console.nextSteps')} flush>
          <PlainTable
            caption={translate('console.nextSteps')}
            rows={tasks.filter((t) => t.state === 'open')}
            rowKey={(t) => t.id}
            columns={[
              { key: 'kind', label: translate('resources.tasks.fields.kind'), cell: (t) => word('taskKind', t.kind) },
              { key: 'due', label: translate('resources.tasks.fields.dueAt'), cell: (t) => <DueMark due={t.dueAt} /> },
            ]}
          />
        </Panel>
        <NoteBox file={file} />
      </Stacked>
      <Panel title={translate('console.latest')}>
        <Timeline events={newest} />
      </Panel>
    </Columns>
  );
};
