import { Box, Button } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { useApi } from '../api/use-api';
import type { AuditEvent, Page } from '../api/types';
import { useActWords } from './act-words';
import { useWord } from '../parts/choices';
import { PlainTable } from '../parts/PlainTable';
import { Fetching } from '../parts/Refusal';
import { When } from '../parts/When';
import { Who } from '../parts/Who';

const perPage = 50;

/** Who read or changed what, newest first, page by page. */
export const AuditTable = ({ path, query }: { path: string; query?: object }) => {
  const translate = useTranslate();
  const word = useWord();
  const nameOf = useActWords();
  const [page, setPage] = useState(1);
  const { data, isPending, error, refetch } = useApi<Page<AuditEvent> | AuditEvent[]>(path, {
    query: { ...query, page, perPage },
  });
  const items = Array.isArray(data) ? data : (data?.items ?? []);
  const total = Array.isArray(data) ? data.length : (data?.total ?? 0);
  return (
    <>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && (
        <PlainTable
          caption={translate('tab.audit')}
          rows={items}
          rowKey={(e, index) => e.id ?? index}
          columns={[
            { key: 'at', label: translate('console.time'), cell: (e) => <When at={e.at} form="second" /> },
            { key: 'who', label: translate('console.who'), cell: (e) => <Who id={e.actor} /> },
            { key: 'act', label: translate('console.act'), cell: (e) => nameOf(e.act) },
            { key: 'kind', label: translate('console.recordKind'), cell: (e) => word('auditKind', e.kind) },
            { key: 'record', label: translate('console.record'), cell: (e) => e.record ?? '—' },
            { key: 'purpose', label: translate('console.purpose'), cell: (e) => e.purpose ?? '—' },
            { key: 'origin', label: translate('console.origin'), cell: (e) => e.origin ?? '—' },
          ]}
        />
      )}
      <Box sx={{ display: 'flex', gap: 1, p: 1, alignItems: 'center' }}>
        <Button disabled={page === 1} onClick={() => setPage(page - 1)}>
          {translate('ra.navigation.previous')}
        </Button>
        <span role="status">{translate('console.pageOf', { page, total })}</span>
        <Button disabled={page * perPage >= total} onClick={() => setPage(page + 1)}>
          {translate('ra.navigation.next')}
        </Button>
      </Box>
    </>
  );
};
