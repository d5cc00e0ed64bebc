import type { ReactNode } from 'react';
import { Box, Button, TextField, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material';
import { useMemo, useState } from 'react';
import { useLocaleState, useRecordContext, useTranslate } from 'react-admin';
import type { Capture, Exchange, Page } from '../api/types';
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/http';
import { PlainTable } from '../parts/PlainTable';
import { Fetching } from '../parts/Refusal';
import { StateMark } from '../parts/StateMark';
import { ExchangeDetail } from './ExchangeDetail';
import { readableSize } from './files';

/** Short values that lose their sense when broken. */
const OneLine = ({ children }: { children: ReactNode }) => <span style={{ whiteSpace: 'nowrap' }}>{children}</span>;

const pageSize = 100;
const perPage = 500;

/** Every page of the list: a filter that sees a part only would say that there is nothing where there is. */
const useAllExchanges = (captureId: string | undefined) => {
  const { data = [], ...rest } = useQuery({
    queryKey: ['exchanges', captureId],
    enabled: captureId !== undefined,
    staleTime: Infinity, // what is fixed does not change
    queryFn: async ({ signal }) => {
      const all: Exchange[] = [];
      for (let page = 1; ; page += 1) {
        const { items, total } = await call<Page<Exchange>>(`captures/${captureId}/exchanges`, {
          query: { page, perPage },
          signal,
        });
        all.push(...items);
        if (items.length === 0 || all.length >= total) return all;
      }
    },
  });
  return { ...rest, items: data };
};

const typeOf = (e: Exchange) =>
  e.mediaType ?? e.responseHeaders.find(([name]) => name.toLowerCase() === 'content-type')?.[1]?.split(';')[0] ?? '—';
const groups = ['all', 'other', 'redirect', 'refused', 'blocked'] as const;
type Group = (typeof groups)[number];

const inGroup = (e: Exchange, group: Group) => {
  const status = e.status ?? 0;
  if (group === 'redirect') return status >= 300 && status < 400;
  if (group === 'blocked') return e.outcome !== 'ok';
  if (group === 'refused') return status === 0 || status >= 400;
  if (group === 'other') return status >= 200 && status < 300;
  return true;
};

/** Every exchange of the page with the network: filtered by address and outcome, headers and bodies one click away, bodies as characters, raster or bytes only. */
export const Exchanges = () => {
  const capture = useRecordContext<Capture>();
  const translate = useTranslate();
  const [locale] = useLocaleState();
  const { items, isPending, error, refetch } = useAllExchanges(capture?.id);
  const [text, setText] = useState('');
  const [group, setGroup] = useState<Group>('all');
  const [shown, setShown] = useState(pageSize);
  const [open, setOpen] = useState<number>();
  const found = useMemo(
    () =>
      items.filter(
        (e) => inGroup(e, group) && `${e.url} ${typeOf(e)} ${e.status ?? ''}`.toLowerCase().includes(text.toLowerCase()),
      ),
    [items, group, text],
  );
  const label = (field: string) => translate(`console.exchange.${field}`);
  const opened = items.find((e) => e.n === open);
  return (
    <Box>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', mb: 1, flexWrap: 'wrap' }}>
        <TextField
          sx={{ minWidth: 320 }}
          type="search"
          label={label('filter')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <ToggleButtonGroup
          exclusive
          size="small"
          value={group}
          onChange={(_, value: Group | null) => value && setGroup(value)}
          aria-label={label('outcome')}
        >
          {groups.map((name) => (
            <ToggleButton key={name} value={name}>
              {label(`group.${name}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <Typography role="status">{translate('console.exchange.count', { found: found.length, total: items.length })}</Typography>
      </Box>
      <Box
        sx={{
          display: 'grid',
          gap: 2,
          alignItems: 'start',
          gridTemplateColumns: { xs: '1fr', lg: opened ? 'minmax(0, 3fr) minmax(0, 2fr)' : '1fr' },
        }}
      >
        <Box sx={{ overflowX: 'auto' }}>
          <PlainTable
            caption={translate('tab.exchanges')}
            rows={found.slice(0, shown)}
            rowKey={(e) => e.n}
            selected={(e) => e.n === open}
            columns={[
              { key: 'method', label: label('method'), cell: (e) => e.method },
              {
                key: 'url',
                label: label('url'),
                cell: (e) => (
                  <Button
                    sx={{ p: 0, textAlign: 'left', justifyContent: 'flex-start', overflowWrap: 'anywhere' }}
                    aria-expanded={e.n === open}
                    onClick={() => setOpen(e.n === open ? undefined : e.n)}
                  >
                    {e.url}
                  </Button>
                ),
              },
              {
                key: 'status',
                label: label('status'),
                align: 'right',
                cell: (e) => e.status || translate('console.exchange.none'),
              },
              { key: 'mediaType', label: label('mediaType'), cell: (e) => typeOf(e) },
              {
                key: 'size',
                label: label('size'),
                align: 'right',
                cell: (e) => <OneLine>{readableSize(e.decodedBytes, locale)}</OneLine>,
              },
              { key: 'outcome', label: label('outcome'), cell: (e) => <StateMark kind="exchangeOutcome" state={e.outcome} /> },
              { key: 'ip', label: label('ip'), cell: (e) => <OneLine>{e.ip || '—'}</OneLine> },
            ]}
          />
          {found.length > shown && <Button onClick={() => setShown(shown + pageSize)}>{translate('console.more')}</Button>}
        </Box>
        {opened && capture && <ExchangeDetail captureId={capture.id} exchange={opened} onClose={() => setOpen(undefined)} />}
      </Box>
    </Box>
  );
};
