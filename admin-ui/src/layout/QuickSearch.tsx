import {
  Box,
  Dialog,
  LinearProgress,
  List,
  ListItemButton,
  ListItemText,
  ListSubheader,
  TextField,
  Typography,
} from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useCanAccess, useDataProvider, useTranslate, type RaRecord } from 'react-admin';
import { Link } from 'react-router-dom';
import { pathTo } from '../parts/Records';

const nameIn: Record<string, (record: RaRecord) => [string, string]> = {
  cases: (r) => [r['number'] ?? r.id, r['matter'] ?? ''],
  subjects: (r) => [r['name'], r['uscc'] ?? ''],
  outlets: (r) => [r['siteName'], r['url'] ?? ''],
  badges: (r) => [r['code'], r['outletName'] ?? r['subjectName'] ?? ''],
};

const useSettled = (value: string) => {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), 250);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
};

const Hits = ({ resource, q, onClose }: { resource: string; q: string; onClose: () => void }) => {
  const provider = useDataProvider();
  const translate = useTranslate();
  const { canAccess } = useCanAccess({ resource, action: 'list' });
  const { data, isFetching } = useQuery({
    queryKey: ['search', resource, q],
    enabled: Boolean(canAccess) && q.length >= 2,
    queryFn: () =>
      provider.getList(resource, { pagination: { page: 1, perPage: 5 }, sort: { field: '', order: 'ASC' }, filter: { q } }),
  });
  if (isFetching) return <LinearProgress aria-label={translate('ra.page.loading')} />;
  if (!data || data.data.length === 0) return null;
  return (
    <List dense subheader={<ListSubheader>{translate(`resources.${resource}.name`, { smart_count: 2 })}</ListSubheader>}>
      {data.data.map((record) => {
        const [first, second] = nameIn[resource]?.(record) ?? [String(record.id), ''];
        return (
          <ListItemButton key={record.id} component={Link} to={pathTo(resource, record.id)} onClick={onClose}>
            <ListItemText primary={first} secondary={second} />
          </ListItemButton>
        );
      })}
    </List>
  );
};

/** Search everywhere: every list is asked with the officer's own scope. */
export const QuickSearch = ({ onClose }: { onClose: () => void }) => {
  const translate = useTranslate();
  const [text, setText] = useState('');
  const q = useSettled(text.trim());
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-label={translate('keys.search')}>
      <Box sx={{ p: 2, minHeight: 280 }}>
        <TextField
          autoFocus
          fullWidth
          type="search"
          label={translate('keys.search')}
          helperText={translate('console.searchHelp')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Box role="region" aria-live="polite" aria-label={translate('console.hits')}>
          {q.length >= 2 ? (
            Object.keys(nameIn).map((resource) => <Hits key={resource} resource={resource} q={q} onClose={onClose} />)
          ) : (
            <Typography color="text.secondary" sx={{ p: 1 }}>
              {translate('console.searchMore')}
            </Typography>
          )}
        </Box>
      </Box>
    </Dialog>
  );
};
