import { EditButton, Show, TopToolbar, useRecordContext, useTranslate } from 'react-admin';
import { useItems } from '../api/use-api';
import type { Operator, Order } from '../api/types';
import { useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { Facts } from '../parts/Facts';
import { Panel, Stacked } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';

const OperatorFacts = () => {
  const operator = useRecordContext<Operator>();
  const translate = useTranslate();
  const word = useWord();
  // The list knows no filter by operator; its search covers the operator's name.
  const { items } = useItems<Order>(operator && 'orders', { query: { q: operator?.name, perPage: 100 } });
  if (!operator) return null;
  const orders = items.filter((order) => order.operatorId === operator.id);
  const label = (field: string) => translate(`resources.operators.fields.${field}`);
  const ordersTitle = translate('resources.orders.name', { smart_count: 2 });
  return (
    <Stacked>
      <Panel title={translate('console.facts')}>
        <Facts
          columns={3}
          facts={[
            [label('name'), operator.name],
            [label('kind'), word('operatorKind', operator.kind)],
            [label('uscc'), <Digest key="u" value={operator.uscc} full />],
          ]}
        />
      </Panel>
      <Panel title={label('contacts')} flush>
        <PlainTable
          caption={label('contacts')}
          rows={operator.contacts ?? []}
          rowKey={(_, index) => index}
          columns={[
            { key: 'name', label: translate('field.contactName'), cell: (c) => c.name },
            { key: 'role', label: translate('field.contactRole'), cell: (c) => word('contactRole', c.role) },
            { key: 'email', label: translate('field.email'), cell: (c) => c.email },
            { key: 'phone', label: translate('field.phone'), cell: (c) => c.phone },
            { key: 'purpose', label: translate('field.contactPurpose'), cell: (c) => c.purpose },
          ]}
        />
      </Panel>
      <Panel title={ordersTitle} flush>
        <PlainTable
          caption={ordersTitle}
          rows={orders}
          rowKey={(o) => o.id}
          columns={[
            {
              key: 'number',
              label: translate('resources.orders.fields.number'),
              cell: (o) => (
                <RecordLink resource="orders" id={o.id}>
                  {o.number ?? translate('console.notNumbered')}
                </RecordLink>
              ),
            },
            { key: 'kind', label: translate('resources.orders.fields.kind'), cell: (o) => word('orderKind', o.kind) },
            {
              key: 'state',
              label: translate('resources.orders.fields.state'),
              cell: (o) => <StateMark kind="order" state={o.state} />,
            },
          ]}
        />
      </Panel>
    </Stacked>
  );
};

const OperatorShow = () => (
  <Show
    component="div"
    actions={
      <TopToolbar>
        <EditButton />
      </TopToolbar>
    }
  >
    <OperatorFacts />
  </Show>
);

export default OperatorShow;
