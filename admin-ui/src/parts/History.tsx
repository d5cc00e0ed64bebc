import { Box } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Change } from '../api/types';
import { useWord } from './choices';
import { NameOf } from './NameOf';
import { PlainTable } from './PlainTable';
import { When } from './When';
import { Who } from './Who';

const textOf = (value: unknown) =>
  value === null || value === undefined || value === '' ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Fields whose value is a code: shown with its word. */
const lists: Record<string, string> = {
  'subjects.kind': 'subjectKind',
  'subjects.status': 'subjectStatus',
  'outlets.siteType': 'siteType',
  'outlets.carrierKind': 'carrierKind',
  'outlets.pool': 'pool',
};

interface Line {
  change: Change;
  field: string;
  before: unknown;
  after: unknown;
}

/** What follows from the domain by itself is no change that somebody made. */
const DERIVED = new Set(['domainUnicode', 'domainSkeleton', 'mixedScripts']);
/** Fields that hold the id of another record. */
const records: Record<string, string> = { subjectId: 'subjects', operatorId: 'operators', outletId: 'outlets' };

const linesOf = (change: Change): Line[] =>
  Object.entries(change.changes)
    .filter(([field]) => !DERIVED.has(field))
    .map(([field, pair]) => ({ change, field, before: pair.from, after: pair.to }));

/** Every change of a record, field by field, newest first as the server sends it. */
export const History = ({ resource, changes }: { resource: string; changes: Change[] }) => {
  const translate = useTranslate();
  const word = useWord();
  const shown = (field: string, value: unknown) => {
    const record = records[field];
    if (record && typeof value === 'string')
      return <NameOf resource={record} id={value} field={record === 'outlets' ? 'siteName' : 'name'} />;
    const list = lists[`${resource}.${field}`];
    return list && typeof value === 'string' ? word(list, value) : textOf(value);
  };
  return (
    <PlainTable
      caption={translate('console.history')}
      rows={changes.flatMap(linesOf)}
      rowKey={(_, index) => index}
      columns={[
        { key: 'at', label: translate('console.time'), cell: ({ change }) => <When at={change.at} form="second" /> },
        { key: 'who', label: translate('console.who'), cell: ({ change }) => <Who id={change.actor} /> },
        {
          key: 'field',
          label: translate('console.conflict.field'),
          cell: ({ field }) => field && translate(`resources.${resource}.fields.${field}`, { _: field }),
        },
        {
          key: 'before',
          label: translate('console.before'),
          cell: ({ field, before }) => <Box component="del">{shown(field, before)}</Box>,
        },
        {
          key: 'after',
          label: translate('console.after'),
          cell: ({ field, after }) => (
            <Box component="ins" sx={{ textDecoration: 'none' }}>
              {shown(field, after)}
            </Box>
          ),
        },
        {
          key: 'source',
          label: translate('console.source'),
          cell: ({ change }) => translate(`choice.source.${change.source}`, { _: change.source }),
        },
      ]}
    />
  );
};
