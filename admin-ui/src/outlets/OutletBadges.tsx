import { Button } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { call } from '../api/http';
import { useItems } from '../api/use-api';
import type { Badge, Outlet } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { Panel } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { useDone } from '../parts/use-done';
import { When } from '../parts/When';

export const OutletBadges = ({ outlet }: { outlet: Outlet }) => {
  const translate = useTranslate();
  const done = useDone();
  const [issuing, setIssuing] = useState(false);
  const { canAccess } = useCanAccess({ resource: 'badges', action: 'create' });
  const { items } = useItems<Badge>('badges', { query: { outletId: outlet.id } });
  const title = translate('resources.badges.name', { smart_count: 2 });
  return (
    <Panel
      title={title}
      flush
      action={canAccess && <Button onClick={() => setIssuing(true)}>{translate('action.badge.issue')}</Button>}
    >
      <PlainTable
        caption={title}
        rows={items}
        rowKey={(b) => b.id}
        columns={[
          {
            key: 'code',
            label: translate('resources.badges.fields.code'),
            cell: (b) => (
              <RecordLink resource="badges" id={b.id}>
                {b.code}
              </RecordLink>
            ),
          },
          {
            key: 'state',
            label: translate('resources.badges.fields.state'),
            cell: (b) => <StateMark kind="badge" state={b.state} />,
          },
          {
            key: 'issuedAt',
            label: translate('resources.badges.fields.issuedAt'),
            cell: (b) => <When at={b.issuedAt} form="day" />,
          },
        ]}
      />
      {issuing && (
        <ActDialog
          title={translate('action.badge.issue')}
          explanation={translate('says.badge.issue', { outlet: outlet.siteName })}
          shape={{ fields: [] }}
          onClose={() => setIssuing(false)}
          onAct={async (_, idempotencyKey) => {
            await call('badges', { method: 'POST', body: { outletId: outlet.id }, idempotencyKey });
            done('console.badge.issued');
          }}
        />
      )}
    </Panel>
  );
};
