import { Button } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { call } from '../api/http';
import type { Order } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { useDone } from '../parts/use-done';

const outside = [
  'dispatched',
  'delivered',
  'acknowledged',
  'executing',
  'reported',
  'verifying',
  'contested',
  'failed',
  'escalated',
];

/** A fresh link for the registered contact; the older ones die with it. */
export const RenewLink = ({ order }: { order: Order }) => {
  const translate = useTranslate();
  const done = useDone();
  const [asking, setAsking] = useState(false);
  const { canAccess } = useCanAccess({ resource: 'orders', action: 'dispatch' });
  if (!canAccess || !outside.includes(order.state)) return null;
  const name = translate('action.order.renewLink');
  return (
    <>
      <Button variant="outlined" onClick={() => setAsking(true)}>
        {name}
      </Button>
      {asking && (
        <ActDialog
          title={name}
          explanation={translate('says.order.renewLink')}
          shape={{ fields: [] }}
          onClose={() => setAsking(false)}
          onAct={async (_, idempotencyKey) => {
            await call(`orders/${order.id}/links`, { method: 'POST', idempotencyKey });
            done('console.acted', { act: name });
          }}
        />
      )}
    </>
  );
};
