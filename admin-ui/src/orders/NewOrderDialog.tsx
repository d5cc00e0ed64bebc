import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material';
import { useId, useRef, useState } from 'react';
import { Form, useTranslate } from 'react-admin';
import { useFormState, useWatch } from 'react-hook-form';
import { useNavigate } from 'react-router-dom';
import { call } from '../api/http';
import { ApiProblem } from '../api/problem';
import { useItems } from '../api/use-api';
import type { Case, Exhibit, Order } from '../api/types';
import { ActInput } from '../parts/ActInput';
import { pathTo } from '../parts/Records';
import { Refusal } from '../parts/Refusal';
import { useDone } from '../parts/use-done';
import { orderKinds, orderScopes, restorationGrounds } from './words';

const running = (order: Order) =>
  order.kind !== 'restoration' &&
  !['draft', 'checked', 'approved', 'sealed', 'discarded', 'restoreVerified'].includes(order.state);

const Fields = ({ file }: { file: Case }) => {
  const kind: string = useWatch({ name: 'kind' });
  const { items } = useItems<Order>(`cases/${file.id}/orders`);
  const liftable = items.filter(running);
  if (kind === 'restoration') {
    return (
      <>
        <ActInput
          field={{
            name: 'liftsOrderId',
            kind: 'pick',
            required: true,
            options: liftable.map((o) => ({ id: o.id, name: o.number ?? o.id })),
          }}
        />
        <ActInput field={{ name: 'ground', kind: 'choice', values: restorationGrounds, required: true }} />
        <ActInput field={{ name: 'reasons', kind: 'long' }} />
      </>
    );
  }
  return (
    <>
      <ActInput field={{ name: 'operatorId', kind: 'reference', reference: 'operators', required: true }} />
      <ActInput
        field={{
          name: 'outletIds',
          kind: 'references',
          reference: 'outlets',
          shows: 'siteName',
          filter: { subjectId: file.subjectId },
          required: true,
        }}
      />
      <ActInput
        field={{ name: 'captureId', kind: 'reference', reference: 'captures', shows: 'number', filter: { caseId: file.id } }}
      />
      <ActInput field={{ name: 'scope', kind: 'choice', values: orderScopes, required: true }} />
      <ActInput field={{ name: 'reasons', kind: 'long', required: true }} />
      <ActInput field={{ name: 'executeBy', kind: 'instant', required: true }} />
      {kind === 'suspension' && <ActInput field={{ name: 'until', kind: 'day', required: true }} />}
    </>
  );
};

const Buttons = ({ onClose }: { onClose: () => void }) => {
  const translate = useTranslate();
  const { isSubmitting } = useFormState();
  return (
    <DialogActions>
      <Button onClick={onClose}>{translate('ra.action.cancel')}</Button>
      <Button type="submit" variant="contained" disabled={isSubmitting}>
        {translate('action.order.draft')}
      </Button>
    </DialogActions>
  );
};

const bodyOf = ({ outletIds, captureId, ...rest }: Record<string, unknown>) => ({
  ...rest,
  ...(Array.isArray(outletIds)
    ? { addresses: outletIds.map((outletId) => ({ outletId, ...(captureId ? { captureId } : {}) })) }
    : {}),
});

/** A draft is begun with what the file already knows; everything can be changed until it is submitted. */
export const NewOrderDialog = ({ file, onClose }: { file: Case; onClose: () => void }) => {
  const translate = useTranslate();
  const navigate = useNavigate();
  const done = useDone();
  const titleId = useId();
  const key = useRef(crypto.randomUUID());
  const [refused, setRefused] = useState<unknown>();
  // The newest exhibit is what the order is about until somebody says otherwise.
  const { items: exhibits, isPending } = useItems<Exhibit>(`cases/${file.id}/exhibits`);
  const submit = async (data: Record<string, unknown>) => {
    setRefused(undefined);
    try {
      const order = await call<Order>(`cases/${file.id}/orders`, {
        method: 'POST',
        body: bodyOf(data),
        idempotencyKey: key.current,
      });
      done('console.orderDrafted');
      void navigate(pathTo('orders', order.id));
    } catch (error) {
      key.current = crypto.randomUUID();
      setRefused(error);
      return error instanceof ApiProblem ? error.fields : undefined;
    }
    return undefined;
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby={titleId}>
      <DialogTitle id={titleId}>{translate('action.case.newOrder')}</DialogTitle>
      {!isPending && (
        <Form
          onSubmit={submit}
          record={{ kind: 'suspension', outletIds: file.outletId ? [file.outletId] : [], captureId: exhibits.at(-1)?.captureId }}
          sanitizeEmptyValues
        >
          <DialogContent dividers sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
            <Refusal error={refused} />
            <ActInput field={{ name: 'kind', kind: 'choice', values: orderKinds, list: 'orderKind', required: true }} />
            <Fields file={file} />
          </DialogContent>
          <Buttons onClose={onClose} />
        </Form>
      )}
    </Dialog>
  );
};
