import { Alert, Box, Button, TextField } from '@mui/material';
import { useState, type FormEvent } from 'react';
import { AccessDenied, Title, useCanAccess, useTranslate } from 'react-admin';
import { useApi } from '../api/use-api';
import { Digest } from '../parts/Digest';
import { Panel, Stacked } from '../parts/Panel';
import { Fetching } from '../parts/Refusal';
import { AuditTable } from './AuditTable';

interface ChainReport {
  links: number;
  waiting: number;
  broken: number | null;
  head: string | null;
}

const Chain = () => {
  const translate = useTranslate();
  const [asked, setAsked] = useState(false);
  const { data, isPending, error, refetch } = useApi<ChainReport>(asked ? 'audit/chain' : undefined);
  const { canAccess } = useCanAccess({ resource: 'audit', action: 'verify' });
  if (!canAccess) return null;
  return (
    <Panel
      title={translate('console.chain.title')}
      action={
        <Button variant="outlined" onClick={() => (asked ? void refetch() : setAsked(true))}>
          {translate('console.chain.check')}
        </Button>
      }
    >
      {!asked && translate('console.chain.what')}
      {asked && <Fetching isPending={isPending} error={error} refetch={refetch} />}
      {data && (
        <Alert severity={data.broken === null ? 'success' : 'error'} role="status">
          {data.broken === null
            ? translate('console.chain.whole', { links: data.links, waiting: data.waiting })
            : translate('console.chain.broken', { at: data.broken })}{' '}
          <Digest value={data.head} />
        </Alert>
      )}
    </Panel>
  );
};

const fields = ['record', 'actor', 'kind'] as const;

const AuditLog = () => {
  const translate = useTranslate();
  const [query, setQuery] = useState<Record<string, string>>({});
  const { canAccess, isPending } = useCanAccess({ resource: 'audit', action: 'list' });
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setQuery(Object.fromEntries(fields.map((name) => [name, String(form.get(name) ?? '').trim()])));
  };
  if (isPending) return null;
  if (!canAccess) return <AccessDenied />;
  return (
    <Stacked>
      <Title title={translate('resources.audit.name')} />
      <Chain />
      <Panel title={translate('console.audit.search')} flush>
        <Box component="form" onSubmit={search} sx={{ display: 'flex', gap: 1, p: 2, alignItems: 'center', flexWrap: 'wrap' }}>
          {fields.map((name) => (
            <TextField key={name} name={name} label={translate(`console.audit.${name}`)} />
          ))}
          <Button type="submit" variant="contained">
            {translate('ra.action.search')}
          </Button>
        </Box>
        <AuditTable key={JSON.stringify(query)} path="audit" query={query} />
      </Panel>
    </Stacked>
  );
};

export default AuditLog;
