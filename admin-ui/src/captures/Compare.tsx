import { Alert, Box, Button, MenuItem, TextField, Typography } from '@mui/material';
import { useCallback, useRef, useState } from 'react';
import { useLocaleState, useRecordContext, useTranslate } from 'react-admin';
import { useSearchParams } from 'react-router-dom';
import type { Capture, Comparison } from '../api/types';
import { useApi, useItems } from '../api/use-api';
import { formatDate } from '../i18n/dates';
import { useKeys } from '../layout/keys';
import { Stacked } from '../parts/Panel';
import { Fetching } from '../parts/Refusal';
import { ComparedExchanges, ComparedFields, ComparedText } from './ComparedParts';
import { ComparedPictures } from './ComparedPictures';
import { isFixed } from './running';

/** Which other capture: first those of the same address, any other by number or part of its address. */
const Choice = ({ capture, chosen, onChoose }: { capture: Capture; chosen: string; onChoose: (id: string) => void }) => {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  const [words, setWords] = useState(capture.url.slice(0, 200));
  const { items, isPending, error } = useItems<Capture>('captures', { query: { q: words, perPage: 50 } });
  const others = items.filter((one) => one.id !== capture.id && isFixed(one));
  const label = (name: string) => translate(`console.compare.${name}`);
  return (
    <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'flex-start' }}>
      <TextField
        type="search"
        sx={{ flex: '1 1 260px' }}
        label={label('find')}
        value={words}
        onChange={(event) => setWords(event.target.value.slice(0, 200))}
      />
      <TextField
        select
        sx={{ flex: '2 1 340px' }}
        label={label('with')}
        value={others.some(({ id }) => id === chosen) ? chosen : ''}
        disabled={others.length === 0}
        helperText={!isPending && !error && others.length === 0 ? label('noOther') : undefined}
        onChange={(event) => onChoose(event.target.value)}
      >
        {others.map((one) => (
          <MenuItem key={one.id} value={one.id} sx={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
            {`${one.number} · ${formatDate(one.requestedAt, locale)} · ${one.url}`}
          </MenuItem>
        ))}
      </TextField>
    </Box>
  );
};

/** Goes from one change to the next, wherever on the page it is; the focused one is read out and scrolled to. */
const useWalk = () => {
  const area = useRef<HTMLDivElement>(null);
  const at = useRef(-1);
  const [place, setPlace] = useState(0);
  const walk = useCallback((step: 1 | -1) => {
    const changes = [...(area.current?.querySelectorAll<HTMLElement>('[data-change]') ?? [])];
    if (changes.length === 0) return;
    at.current = (at.current < 0 && step < 0 ? changes.length - 1 : at.current + step + changes.length) % changes.length;
    const change = changes[at.current];
    change?.focus({ preventScroll: true });
    change?.scrollIntoView({ block: 'center' });
    setPlace(at.current + 1);
  }, []);
  const keys = useCallback((key: string) => (key === 'j' ? walk(1) : key === 'k' ? walk(-1) : undefined), [walk]);
  useKeys(keys);
  return { area, walk, place };
};

const countOf = ({ fields, text, pictures, exchanges }: Comparison) =>
  fields.filter(({ result }) => result === 'different').length +
  (text.parts ?? []).filter(({ kind }) => kind !== 'same').length +
  pictures.reduce((sum, { boxes }) => sum + boxes.length, 0) +
  exchanges.changes.length;

const Result = ({ found }: { found: Comparison }) => {
  const translate = useTranslate();
  const { area, walk, place } = useWalk();
  const total = countOf(found);
  const label = (name: string, values?: object) => translate(`console.compare.${name}`, values);
  return (
    <Stacked>
      <Box
        sx={{
          display: 'flex',
          gap: 1.5,
          alignItems: 'center',
          flexWrap: 'wrap',
          position: 'sticky',
          top: 48,
          zIndex: 2,
          bgcolor: 'background.paper',
          py: 1,
        }}
      >
        <Typography role="status" sx={{ flex: 1 }}>
          {total ? label('changes', { smart_count: total }) : label('noChanges')}
          {place > 0 && ` · ${label('place', { place, total })}`}
        </Typography>
        <Button variant="outlined" disabled={!total} onClick={() => walk(-1)} aria-keyshortcuts="k">
          {label('previous')}
        </Button>
        <Button variant="outlined" disabled={!total} onClick={() => walk(1)} aria-keyshortcuts="j">
          {label('next')}
        </Button>
      </Box>
      <div ref={area}>
        <Stacked>
          <ComparedFields found={found} />
          <ComparedText found={found} />
          <ComparedPictures found={found} />
          <ComparedExchanges found={found} />
        </Stacked>
      </div>
    </Stacked>
  );
};

/** What changed since another capture: fields, text, pictures, exchanges. The server compares; what it shows is text and pictures only. */
export const Compare = () => {
  const capture = useRecordContext<Capture>();
  const translate = useTranslate();
  const [params, setParams] = useSearchParams();
  const other = params.get('with') ?? '';
  const { data, isLoading, error, refetch } = useApi<Comparison>(
    capture && other ? `captures/${capture.id}/comparison` : undefined,
    { query: { with: other } },
  );
  if (!capture) return null;
  return (
    <Stacked>
      <Choice capture={capture} chosen={other} onChoose={(id) => setParams({ with: id }, { replace: true })} />
      {!other && <Alert severity="info">{translate('console.compare.explain')}</Alert>}
      {other && <Fetching isPending={isLoading} error={error} refetch={refetch} />}
      {data && !error && <Result key={other} found={data} />}
    </Stacked>
  );
};
