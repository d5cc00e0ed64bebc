import { Box, Button, Collapse } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, Clock, Task } from '../../api/types';
import { DueMark } from '../../parts/DueMark';
import { useOwnWords } from '../../parts/own-words';
import { Panel, Stacked } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { Fetching } from '../../parts/Refusal';
import { StateMark } from '../../parts/StateMark';
import { When } from '../../parts/When';
import { TaskTable } from '../../workbench/TaskTable';
import { Calculation } from './Calculation';
import { ClockActs } from './ClockActs';

const Due = ({ clock }: { clock: Clock }) => {
  const translate = useTranslate();
  const [open, setOpen] = useState(false);
  return (
    <Box>
      <DueMark due={clock.due} ended={clock.state !== 'running'} />
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
  const own = useOwnWords();
  const clocks = useItems<Clock>(`cases/${file.id}/clocks`);
  const tasks = useItems<Task>(`cases/${file.id}/tasks`);
  const tasksTitle = translate('resources.tasks.name', { smart_count: 2 });
  return (
    <Stacked>
      <Panel title={translate('console.clocks')} flush>
        <Fetching isPending={clocks.isPending} error={clocks.error} refetch={clocks.refetch} />
        <PlainTable
          caption={translate('console.clocks')}
          rows={clocks.items}
          rowKey={(c) => c.id}
          columns={[
            { key: 'key', label: translate('console.clock.name'), cell: own },
            {
              key: 'state',
              label: translate('console.clock.state'),
              cell: (c) => <StateMark kind="clock" state={c.overdue ? 'overdue' : c.state} />,
            },
            { key: 'started', label: translate('console.clock.started'), cell: (c) => <When at={c.startedAt} /> },
            { key: 'due', label: translate('console.clock.due'), cell: (c) => <Due clock={c} /> },
            { key: 'acts', label: translate('console.act'), cell: (c) => <ClockActs caseId={file.id} clock={c} /> },
          ]}
        />
      </Panel>
      <Panel title={tasksTitle} flush>
        <Fetching isPending={tasks.isPending} error={tasks.error} refetch={tasks.refetch} />
        <TaskTable tasks={tasks.items} caption={tasksTitle} inCase />
      </Panel>
    </Stacked>
  );
};
