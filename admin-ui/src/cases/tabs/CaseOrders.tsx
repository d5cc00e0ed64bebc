import { Button } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, Order } from '../../api/types';
import { NewOrderDialog } from '../../orders/NewOrderDialog';
import { useWord } from '../../parts/choices';
import { DueMark } from '../../parts/DueMark';
import { Panel } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { RecordLink } from '../../parts/Records';
import { Fetching } from '../../parts/Refusal';
import { StateMark } from '../../parts/StateMark';

export const CaseOrders = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const { canAccess: mayAdd } = useCanAccess({ resource: 'orders', action: 'create' });
  const word = useWord();
  const [making, setMaking] = useState(false);
  const { items, isPending, error, refetch } = useItems<Order>(`cases/${file.id}/orders`);
  const label = (field: string) => translate(`resources.orders.fields.${field}`);
  return (
    <Panel
      title={translate('tab.orders')}
      flush
      action={
        mayAdd && (
          <Button variant="outlined" onClick={() => setMaking(true)}>
            {translate('action.case.newOrder')}
          </Button>
        )
      }
    >
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && (
        <PlainTable
          caption={translate('tab.orders')}
          rows={items}
          rowKey={(o) => o.id}
          columns={[
            {
              key: 'number',
              label: label('number'),
              cell: (o) => (
                <RecordLink resource="orders" id={o.id}>
                  {o.number ?? translate('console.notNumbered')}
                </RecordLink>
              ),
            },
            { key: 'kind', label: label('kind'), cell: (o) => word('orderKind', o.kind) },
            { key: 'operator', label: label('operatorId'), cell: (o) => o.operatorName ?? '—' },
            { key: 'state', label: label('state'), cell: (o) => <StateMark kind="order" state={o.state} /> },
            { key: 'exec', label: label('executeBy'), cell: (o) => <DueMark due={o.executeBy} /> },
          ]}
        />
      )}
      {making && <NewOrderDialog file={file} onClose={() => setMaking(false)} />}
    </Panel>
  );
};
