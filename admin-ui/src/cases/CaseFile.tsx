import { Show, Tab, TabbedShowLayout, useCanAccess, useRecordContext, useTranslate } from 'react-admin';
import type { Case } from '../api/types';
import { Stacked } from '../parts/Panel';
import { useRemember } from '../workbench/recent';
import { CaseHead } from './CaseHead';
import { CaseAudit } from './tabs/CaseAudit';
import { CaseOrders } from './tabs/CaseOrders';
import { CaseTimeline } from './tabs/CaseTimeline';
import { Documents } from './tabs/Documents';
import { Evidence } from './tabs/Evidence';
import { Measures } from './tabs/Measures';
import { Notes } from './tabs/Notes';
import { Overview } from './tabs/Overview';
import { Panels } from './tabs/Panels';
import { Parties } from './tabs/Parties';
import { TasksAndClocks } from './tabs/TasksAndClocks';

const tabs = [
  ['overview', Overview],
  ['timeline', CaseTimeline],
  ['parties', Parties],
  ['evidence', Evidence],
  ['documents', Documents],
  ['measures', Measures],
  ['panels', Panels],
  ['tasks', TasksAndClocks],
  ['orders', CaseOrders],
  ['notes', Notes],
  ['audit', CaseAudit],
] as const;

const Whole = () => {
  const file = useRecordContext<Case>();
  const translate = useTranslate();
  const { canAccess: mayAudit } = useCanAccess({ resource: 'audit', action: 'list' });
  useRemember('cases', file?.id, file?.number);
  if (!file) return null;
  return (
    <Stacked>
      <CaseHead file={file} />
      <TabbedShowLayout>
        {tabs
          .filter(([name]) => name !== 'audit' || mayAudit)
          .map(([name, Content]) => (
            <Tab key={name} label={translate(`tab.${name}`)} path={name === 'overview' ? '' : name}>
              <Content file={file} />
            </Tab>
          ))}
      </TabbedShowLayout>
    </Stacked>
  );
};

const CaseFile = () => (
  <Show component="div" actions={false}>
    <Whole />
  </Show>
);

export default CaseFile;
