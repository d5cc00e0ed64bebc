import { useTranslate } from 'react-admin';
import type { Task } from '../api/types';
import { useWord } from '../parts/choices';
import { DueMark } from '../parts/DueMark';
import { PlainTable } from '../parts/PlainTable';
import { RecordLink } from '../parts/Records';

export const TaskTable = ({ tasks, caption }: { tasks: Task[]; caption: string }) => {
  const translate = useTranslate();
  const word = useWord();
  return (
    <PlainTable
      caption={caption}
      rows={tasks}
      rowKey={(t) => t.id}
      empty={translate('workbench.nothing')}
      columns={[
        {
          key: 'kind',
          label: translate('resources.tasks.fields.kind'),
          cell: (t) => (
            <RecordLink resource="cases" id={t.caseId}>
              {word('taskKind', t.kind)}
            </RecordLink>
          ),
        },
        { key: 'case', label: translate('resources.tasks.fields.caseId'), cell: (t) => t.caseNumber ?? t.matter ?? '—' },
        { key: 'due', label: translate('resources.tasks.fields.dueAt'), cell: (t) => <DueMark due={t.dueAt} /> },
      ]}
    />
  );
};
