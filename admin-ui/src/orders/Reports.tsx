import { Box, Button, Typography } from '@mui/material';
import { useDataProvider, useNotify, useTranslate } from 'react-admin';
import type { ConsoleDataProvider } from '../api/data-provider';
import { sentenceOf } from '../api/problem';
import { useItems } from '../api/use-api';
import type { Order, OrderReport } from '../api/types';
import { useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { Panel } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { When } from '../parts/When';

const Attached = ({ order, report }: { order: Order; report: OrderReport }) => {
  const translate = useTranslate();
  const notify = useNotify();
  const provider = useDataProvider<ConsoleDataProvider>();
  const fetchFile = (id: string, name: string) =>
    provider
      .download(`orders/${order.id}/files/${id}`, name)
      .catch((error: unknown) => notify(sentenceOf(error, translate), { type: 'error' }));
  return (
    <>
      {report.files.map((file) => (
        <Box key={file.id}>
          <Button onClick={() => void fetchFile(file.id, file.name)}>{file.name}</Button>{' '}
          <Digest value={file.sha256} name={`SHA-256 ${file.name}`} />
        </Box>
      ))}
    </>
  );
};

/** What the operator said, address by address; every further report is a new one. */
export const Reports = ({ order }: { order: Order }) => {
  const translate = useTranslate();
  const word = useWord();
  const { items } = useItems<OrderReport>(`orders/${order.id}/reports`);
  const urlOf = (no: number) => order.addresses?.find((a) => a.no === no)?.url ?? String(no);
  return (
    <Panel title={translate('console.report.title')} flush>
      {items.length === 0 && (
        <Typography color="text.secondary" sx={{ p: 2 }}>
          {translate('console.nothing')}
        </Typography>
      )}
      {items.map((report) => (
        <Box key={report.id} sx={{ p: 1 }}>
          <Typography component="div" sx={{ px: 1 }}>
            <strong>{word('reportOutcome', report.outcome)}</strong> · {report.byName}（{report.byRole}） ·{' '}
            <When at={report.at} />
          </Typography>
          <PlainTable
            caption={translate('console.report.title')}
            rows={report.lines}
            rowKey={(line) => line.addressNo}
            columns={[
              { key: 'url', label: translate('resources.outlets.fields.url'), cell: (line) => urlOf(line.addressNo) },
              { key: 'result', label: translate('console.report.result'), cell: (line) => word('lineResult', line.result) },
              {
                key: 'measure',
                label: translate('console.report.measure'),
                cell: (line) => word('measure', line.measure) || '—',
              },
              { key: 'doneAt', label: translate('console.time'), cell: (line) => <When at={line.doneAt} /> },
              { key: 'reason', label: translate('console.reason'), cell: (line) => line.reason ?? '—' },
            ]}
          />
          <Attached order={order} report={report} />
        </Box>
      ))}
    </Panel>
  );
};
