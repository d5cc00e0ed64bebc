import { Box, Button, Typography } from '@mui/material';
import { Show, useRecordContext, useTranslate } from 'react-admin';
import { Link } from 'react-router-dom';
import { useItems } from '../api/use-api';
import type { Observation, Order, OrderEvent } from '../api/types';
import { PaperView } from '../documents/PaperView';
import { ActButtons } from '../parts/Acts';
import { useWord } from '../parts/choices';
import { DueMark } from '../parts/DueMark';
import { Facts } from '../parts/Facts';
import { Columns, Panel, Stacked } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { Timeline } from '../parts/Timeline';
import { useTimelineLines } from '../parts/timeline-lines';
import { When } from '../parts/When';
import { CheckList } from './CheckList';
import { OrderClocks } from './OrderClocks';
import { RenewLink } from './RenewLink';
import { Reports } from './Reports';
import { orderActs } from './order-acts';

/** What a look saw. For a restoration a page that answers is the good news. */
const Verdict = ({ order, verdict }: { order: Order; verdict: string | null }) => {
  const word = useWord();
  return (
    <StateMark kind={order.kind === 'restoration' ? 'restored' : 'verdict'} state={verdict} label={word('verdict', verdict)} />
  );
};

const Addresses = ({ order }: { order: Order }) => {
  const translate = useTranslate();
  const word = useWord();
  return (
    <PlainTable
      caption={translate('field.addresses')}
      rows={order.addresses ?? []}
      rowKey={(a) => a.no}
      columns={[
        {
          key: 'url',
          label: translate('resources.outlets.fields.url'),
          cell: (a) => (
            <RecordLink resource="outlets" id={a.outletId}>
              {a.url}
            </RecordLink>
          ),
        },
        {
          key: 'capture',
          label: translate('resources.orders.fields.capture'),
          cell: (a) => (
            <RecordLink resource="captures" id={a.captureId}>
              {a.captureId ? translate('console.openCapture') : '—'}
            </RecordLink>
          ),
        },
        { key: 'result', label: translate('console.report.result'), cell: (a) => word('lineResult', a.result) || '—' },
        { key: 'seen', label: translate('console.report.seen'), cell: (a) => <Verdict order={order} verdict={a.seen} /> },
        {
          key: 'confirmed',
          label: translate('console.report.confirmed'),
          cell: (a) => (
            <>
              <Verdict order={order} verdict={a.confirmed} />
              {a.confirmedFrom && (
                <Typography variant="caption" component="div">
                  {translate(a.confirmedFrom.length > 1 ? 'console.seenFrom' : 'console.seenFromOne', {
                    names: a.confirmedFrom.join(', '),
                  })}
                </Typography>
              )}
            </>
          ),
        },
        { key: 'why', label: translate('field.justification'), cell: (a) => a.justification ?? '—' },
      ]}
    />
  );
};

const Observations = ({ order }: { order: Order }) => {
  const translate = useTranslate();
  const word = useWord();
  const { items } = useItems<Observation>(`orders/${order.id}/observations`);
  const urlOf = (o: Observation) => order.addresses?.find((a) => a.no === o.addressNo)?.url ?? '';
  return (
    <Panel title={translate('console.observations')} flush>
      <PlainTable
        caption={translate('console.observations')}
        rows={items}
        rowKey={(o) => o.id}
        columns={[
          { key: 'at', label: translate('console.time'), cell: (o) => <When at={o.observedAt ?? o.requestedAt} form="second" /> },
          {
            key: 'url',
            label: translate('resources.outlets.fields.url'),
            cell: (o) => (
              <RecordLink resource="captures" id={o.captureId}>
                {urlOf(o)}
              </RecordLink>
            ),
          },
          { key: 'profile', label: translate('resources.captures.fields.profile'), cell: (o) => word('profile', o.profile) },
          { key: 'vantage', label: translate('console.vantage'), cell: (o) => o.vantage ?? '—' },
          {
            key: 'verdict',
            label: translate('console.verdict'),
            cell: (o) => <Verdict order={order} verdict={o.verdict ?? 'waiting'} />,
          },
          { key: 'reason', label: translate('console.reason'), cell: (o) => word('verdictReason', o.reason) },
          { key: 'status', label: translate('console.exchange.status'), align: 'right', cell: (o) => o.status ?? '—' },
        ]}
      />
    </Panel>
  );
};

const Whole = () => {
  const order = useRecordContext<Order>();
  const translate = useTranslate();
  const word = useWord();
  const lines = useTimelineLines();
  const { items: events } = useItems<OrderEvent>(order && `orders/${order.id}/timeline`);
  if (!order) return null;
  const label = (field: string) => translate(`resources.orders.fields.${field}`);
  const preparing = ['draft', 'checked', 'approved'].includes(order.state);
  return (
    <Stacked>
      <Panel
        title={
          <Box component="span" sx={{ display: 'inline-flex', gap: 1.5, alignItems: 'center', flexWrap: 'wrap' }}>
            {word('orderKind', order.kind)} {order.number ?? translate('console.notNumbered')}{' '}
            <StateMark kind="order" state={order.state} />
          </Box>
        }
        action={
          <Box sx={{ display: 'flex', gap: 1 }}>
            {order.state === 'draft' && (
              <Button component={Link} to={`/orders/${order.id}`} variant="outlined">
                {translate('ra.action.edit')}
              </Button>
            )}
            <RenewLink order={order} />
            <ActButtons kind="order" resource="orders" record={order} shapes={orderActs} />
          </Box>
        }
      >
        <Facts
          columns={3}
          facts={[
            [
              label('caseId'),
              <RecordLink key="c" resource="cases" id={order.caseId}>
                {order.caseNumber ?? translate('console.openCase')}
              </RecordLink>,
            ],
            [
              label('operatorId'),
              <RecordLink key="o" resource="operators" id={order.operatorId}>
                {order.operatorName ?? '—'}
              </RecordLink>,
            ],
            [label('scope'), word('scope', order.scope)],
            [label('executeBy'), <DueMark key="e" due={order.executeBy} ended={!preparing} />],
            [label('until'), <When key="u" at={order.until} form="day" />],
            [label('officers'), (order.officerNames ?? []).join('、')],
            [
              label('basis'),
              (order.basis ?? []).map((b) => `《${b.law}》${translate('console.article', { n: b.article })}`).join('、'),
            ],
            [
              label('ack'),
              order.ackAt && (
                <>
                  {order.ackName} <When at={order.ackAt} />
                </>
              ),
            ],
            [label('dispatchedAt'), <When key="d" at={order.dispatchedAt} />],
            [label('recheckDue'), <When key="r" at={order.recheckDue} />],
            [label('ground'), word('ground', order.ground)],
            [
              label('liftsOrderId'),
              order.liftsOrderId && (
                <RecordLink resource="orders" id={order.liftsOrderId}>
                  {translate('console.openOrder')}
                </RecordLink>
              ),
            ],
            [label('reportOutcome'), word('reportOutcome', order.reportOutcome)],
          ]}
        />
        <Box sx={{ mt: 1.5 }}>
          <Facts
            columns={1}
            facts={[
              [label('reasons'), order.reasons],
              [label('reportHow'), order.reportHow],
            ]}
          />
        </Box>
      </Panel>
      {preparing ? <CheckList order={order} /> : <OrderClocks order={order} />}
      <Panel title={translate('field.addresses')} flush>
        <Addresses order={order} />
      </Panel>
      {!preparing && <Reports order={order} />}
      {!preparing && <Observations order={order} />}
      <Columns wide={400}>
        <Panel title={translate('console.timeline')}>
          <Timeline events={lines.ofOrder(events)} />
        </Panel>
        {order.documentId && <PaperView documentId={order.documentId} title={translate('console.paper')} />}
      </Columns>
    </Stacked>
  );
};

const OrderShow = () => (
  <Show component="div" actions={false}>
    <Whole />
  </Show>
);

export default OrderShow;
