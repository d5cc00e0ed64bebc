import { Box, Button, Collapse } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, Clock, Task } from '../../api/types';
import { useWord } from '../../parts/choices';
import { DueMark } from '../../parts/DueMark';
import { Panel, Stacked } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { Fetching } from '../../parts/Refusal';
import { StateMark } from '../../parts/StateMark';
import { When } from '../../parts/When';
import { isRunningClock } from '../summary';
import { Calculation } from './Calculation';

const ClockRow = ({ clock }: { clock: Clock }) => {
  const translate = useTranslate();
  const [open, setOpen] = useState(false);
  return (
    <Box>
      <DueMark due={clock.dueAt} ended={!isRunningClock(clock)} />
      <Button onClick={() => setOpen(!open)} aria-expanded={open} sx={{ ml: 1 }}>
        {translate('console.whyThisDate')}
      </Button>
      <Collapse in={open} unmountOnExit>
        <Calculation clock={clock} />
      </Collapse>
    </Box>
  );
};

export const TasksAndClocks = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const word = useWord();
  const clocks = useItems<Clock>(`cases/${file.id}/clocks`);
  const tasks = useItems<Task>(`cases/${file.id}/tasks`);
  return (
    <Stacked>
      <Panel title={translate('console.clocks')} flush>
        <Fetching isPending={clocks.isPending} error={clocks.error} refetch={clocks.refetch} />
        <PlainTable
          caption={translate('console.clocks')}
          rows={clocks.items}
          rowKey={(c) => c.id ?? c.key}
          columns={[
            { key: 'key', label: translate('console.clock.name'), cell: (c) => word('clockKey', c.key) },
            {
              key: 'state',
              label: translate('console.clock.state'),
              cell: (c) => <StateMark kind="clock" state={c.state ?? (c.stoppedAt ? 'stopped' : 'running')} />,
            },
            { key: 'started', label: translate('console.clock.started'), cell: (c) => <When at={c.startedAt} /> },
            { key: 'due', label: translate('console.clock.due'), cell: (c) => <ClockRow clock={c} /> },
          ]}
        />
      </Panel>
      <Panel title={translate('resources.tasks.name', { smart_count: 2 })} flush>
        <Fetching isPending={tasks.isPending} error={tasks.error} refetch={tasks.refetch} />
        <PlainTable
          caption={translate('resources.tasks.name', { smart_count: 2 })}
          rows={tasks.items}
          rowKey={(t) => t.id}
          columns={[
            { key: 'kind', label: translate('resources.tasks.fields.kind'), cell: (t) => word('taskKind', t.kind) },
            {
              key: 'state',
              label: translate('resources.tasks.fields.state'),
              cell: (t) => <StateMark kind="task" state={t.state} />,
            },
            {
              key: 'due',
              label: translate('resources.tasks.fields.dueAt'),
              cell: (t) => <DueMark due={t.dueAt} ended={t.state !== 'open'} />,
            },
          ]}
        />
      </Panel>
    </Stacked>
  );
};
