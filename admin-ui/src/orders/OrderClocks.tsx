import { useTranslate } from 'react-admin';
import type { Order } from '../api/types';
import { useWord } from '../parts/choices';
import { DueMark } from '../parts/DueMark';
import { Panel } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';

/** The time limits of an order; the basis says so when it is a rule of the office and not of the law. */
export const OrderClocks = ({ order }: { order: Order }) => {
  const translate = useTranslate();
  const word = useWord();
  return (
    <Panel title={translate('console.clocks')} flush>
      <PlainTable
        caption={translate('console.clocks')}
        rows={order.clocks ?? []}
        rowKey={(c) => c.key}
        columns={[
          { key: 'key', label: translate('console.clock.name'), cell: (c) => word('clockKey', c.key) },
          {
            key: 'due',
            label: translate('console.clock.due'),
            cell: (c) => <DueMark due={c.dueAt} ended={c.stoppedAt !== null} />,
          },
          {
            key: 'basis',
            label: translate('console.clock.basis'),
            cell: (c) => `${c.basis}${c.mark === 'F' ? '' : `（${word('mark', c.mark)}）`}`,
          },
        ]}
      />
    </Panel>
  );
};
