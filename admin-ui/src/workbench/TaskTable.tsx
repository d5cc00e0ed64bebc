import { Box, Button } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { call } from '../api/http';
import type { Task } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { DueMark } from '../parts/DueMark';
import { useOwnWords } from '../parts/own-words';
import { PlainTable, type PlainColumn } from '../parts/PlainTable';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { useDone } from '../parts/use-done';

/** Tasks that do not end by themselves are ended by hand, or put aside until a day. */
const TaskActs = ({ task }: { task: Task }) => {
  const translate = useTranslate();
  const own = useOwnWords();
  const done = useDone();
  const [act, setAct] = useState<'done' | 'hold'>();
  if (task.state !== 'open') return null;
  const shape =
    act === 'hold'
      ? { fields: [{ name: 'until', kind: 'day', required: true } as const] }
      : { fields: [{ name: 'note', kind: 'long' } as const] };
  return (
    <Box sx={{ display: 'flex' }}>
      {!task.ofState && <Button onClick={() => setAct('done')}>{translate('action.task.done')}</Button>}
      <Button onClick={() => setAct('hold')}>{translate('action.task.hold')}</Button>
      {act && (
        <ActDialog
          title={`${translate(`action.task.${act}`)} · ${own(task)}`}
          shape={shape}
          confirm={translate(`action.task.${act}`)}
          onClose={() => setAct(undefined)}
          onAct={async (body, idempotencyKey) => {
            await call(`tasks/${task.id}/${act}`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: own(task) });
          }}
        />
      )}
    </Box>
  );
};

interface TaskTableProps {
  tasks: Task[];
  caption: string;
  /** In a case file the case itself is not repeated, and tasks that are over are shown too. */
  inCase?: boolean;
}

export const TaskTable = ({ tasks, caption, inCase }: TaskTableProps) => {
  const translate = useTranslate();
  const own = useOwnWords();
  const label = (field: string) => translate(`resources.tasks.fields.${field}`);
  const caseColumns: PlainColumn<Task>[] = [
    {
      key: 'kind',
      label: label('kind'),
      cell: (t) => (
        <RecordLink resource="cases" id={t.caseId}>
          {own(t)}
        </RecordLink>
      ),
    },
    { key: 'case', label: label('caseId'), cell: (t) => [t.caseNumber, t.partyName].filter(Boolean).join(' ') || '—' },
  ];
  const fileColumns: PlainColumn<Task>[] = [
    { key: 'kind', label: label('kind'), cell: own },
    { key: 'state', label: label('state'), cell: (t) => <StateMark kind="task" state={t.state} /> },
  ];
  return (
    <PlainTable
      caption={caption}
      rows={tasks}
      rowKey={(t) => t.id}
      empty={translate('workbench.nothing')}
      columns={[
        ...(inCase ? fileColumns : caseColumns),
        { key: 'due', label: label('dueAt'), cell: (t) => <DueMark due={t.due} ended={t.state !== 'open'} /> },
        { key: 'acts', label: translate('console.act'), cell: (t) => <TaskActs task={t} /> },
      ]}
    />
  );
};
