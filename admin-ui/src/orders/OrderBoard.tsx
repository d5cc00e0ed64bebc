import { Box, Paper, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material';
import { DataTable, SearchInput, SelectInput, useListContext, useStore, useTranslate } from 'react-admin';
import type { Order } from '../api/types';
import { useChoices, useWord } from '../parts/choices';
import { DueMark } from '../parts/DueMark';
import { RecordLink, RecordList } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { boardColumns, orderKinds, orderStates } from './words';

const Column = DataTable.Col<Order>;

const OrderName = ({ order }: { order: Order }) => {
  const translate = useTranslate();
  const word = useWord();
  return (
    <RecordLink resource="orders" id={order.id}>
      {order.number ?? `${word('orderKind', order.kind)} ${translate('console.notNumbered')}`}
    </RecordLink>
  );
};

/** A confirmed restoration has nothing left to do; a confirmed suspension or closure stands until it is lifted. */
const columnOf = (order: Order): string | undefined =>
  order.kind === 'restoration' && order.state === 'verified'
    ? 'ended'
    : Object.entries(boardColumns).find(([, states]) => states.includes(order.state))?.[0];

const Board = () => {
  const { data = [] } = useListContext<Order>();
  const translate = useTranslate();
  const word = useWord();
  return (
    <Box
      sx={{ display: 'grid', gridAutoFlow: 'column', gridAutoColumns: 'minmax(168px, 1fr)', gap: 1.5, overflowX: 'auto', p: 1 }}
    >
      {Object.keys(boardColumns).map((name) => {
        const orders = data.filter((order) => columnOf(order) === name);
        return (
          <Box key={name} component="section" aria-label={translate(`board.${name}`)}>
            <Typography variant="h3" sx={{ mb: 1 }}>
              {translate(`board.${name}`)} ({orders.length})
            </Typography>
            <Box component="ul" sx={{ listStyle: 'none', p: 0, m: 0, display: 'flex', flexDirection: 'column', gap: 1 }}>
              {orders.map((order) => (
                <Paper
                  component="li"
                  key={order.id}
                  sx={{ p: 1.25, display: 'flex', flexDirection: 'column', gap: 0.5, alignItems: 'flex-start' }}
                >
                  <OrderName order={order} />
                  <Typography variant="body2" color="text.secondary">
                    {word('orderKind', order.kind)} · {order.operatorName ?? '—'}
                  </Typography>
                  <StateMark kind="order" state={order.state} />
                  {order.executeBy && <DueMark due={order.executeBy} ended={name === 'ended' || order.state === 'verified'} />}
                </Paper>
              ))}
            </Box>
          </Box>
        );
      })}
    </Box>
  );
};

const views = ['board', 'list'] as const;
type View = (typeof views)[number];

const OrderBoard = () => {
  const translate = useTranslate();
  const choices = useChoices();
  const word = useWord();
  const [view, setView] = useStore<View>('orders.view', 'board');
  const filters = [
    <SearchInput key="q" source="q" alwaysOn />,
    <SelectInput key="kind" source="kind" alwaysOn choices={choices('orderKind', orderKinds)} />,
    <SelectInput key="state" source="state" choices={choices('order', orderStates)} />,
  ];
  const toggle = (
    <ToggleButtonGroup
      exclusive
      size="small"
      value={view}
      onChange={(_, value: View | null) => value && setView(value)}
      aria-label={translate('console.view')}
    >
      {views.map((name) => (
        <ToggleButton key={name} value={name}>
          {translate(`console.view_${name}`)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
  return (
    <RecordList
      resource="orders"
      filters={filters}
      extraActions={toggle}
      perPage={view === 'board' ? 100 : 25}
      board={view === 'board' ? <Board /> : undefined}
    >
      <Column source="number" render={(o) => <OrderName order={o} />} />
      <Column source="kind" disableSort render={(o) => word('orderKind', o.kind)} />
      <Column source="operatorId" disableSort render={(o) => o.operatorName ?? '—'} />
      <Column
        source="caseId"
        disableSort
        render={(o) => (
          <RecordLink resource="cases" id={o.caseId}>
            {o.caseNumber ?? translate('console.openCase')}
          </RecordLink>
        )}
      />
      <Column source="state" render={(o) => <StateMark kind="order" state={o.state} />} />
      <Column source="executeBy" disableSort render={(o) => <DueMark due={o.executeBy} />} />
    </RecordList>
  );
};

export default OrderBoard;
