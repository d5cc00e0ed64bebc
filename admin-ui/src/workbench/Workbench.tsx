import { Title, useCanAccess, useGetIdentity, useTranslate } from 'react-admin';
import { useItems } from '../api/use-api';
import type { Task } from '../api/types';
import { Columns, Panel, Stacked } from '../parts/Panel';
import { Fetching } from '../parts/Refusal';
import { DayStrip } from './DayStrip';
import { RecentFiles } from './RecentFiles';
import { TaskTable } from './TaskTable';

const byDue = (a: Task, b: Task) => (a.due ?? '9').localeCompare(b.due ?? '9');
/** A task that only deciding people hold. */
const isApproval = (task: Task) => /:(approve|decide|review|seal)$/.test(task.requires);

const Workbench = () => {
  const translate = useTranslate();
  const { data: me } = useGetIdentity();
  const { canAccess } = useCanAccess({ resource: 'tasks', action: 'list' });
  const { items, isPending, error, refetch } = useItems<Task>(canAccess ? 'tasks' : undefined, {
    query: { perPage: 100 },
    refetchMs: 60_000,
  });
  const open = items.filter((t) => t.state === 'open').sort(byDue);
  const approvals = open.filter(isApproval);
  return (
    <Stacked>
      <Title title={translate('menu.workbench')} />
      <p style={{ margin: 0 }}>{translate('workbench.welcome', { name: me?.fullName ?? '' })}</p>
      {canAccess && <Fetching isPending={isPending} error={error} refetch={refetch} />}
      {canAccess && !isPending && !error && (
        <>
          <DayStrip tasks={open} />
          <Columns wide={420}>
            <Panel title={translate('workbench.tasks', { smart_count: open.length - approvals.length })} flush>
              <TaskTable
                tasks={open.filter((t) => !isApproval(t))}
                caption={translate('workbench.tasks', { smart_count: open.length - approvals.length })}
              />
            </Panel>
            <Panel title={translate('workbench.approvals', { smart_count: approvals.length })} flush>
              <TaskTable tasks={approvals} caption={translate('workbench.approvals', { smart_count: approvals.length })} />
            </Panel>
          </Columns>
        </>
      )}
      <RecentFiles />
    </Stacked>
  );
};

export default Workbench;
