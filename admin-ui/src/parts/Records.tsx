import { Box, Link as MuiLink } from '@mui/material';
import type { ReactElement, ReactNode } from 'react';
import {
  DataTable,
  FilterButton,
  List,
  Pagination,
  TopToolbar,
  CreateButton,
  useCanAccess,
  type ListProps,
  type RaRecord,
} from 'react-admin';
import { Link } from 'react-router-dom';

const Actions = ({
  resource,
  hasFilters,
  canCreate,
  extra,
}: {
  resource: string;
  hasFilters: boolean;
  canCreate: boolean;
  extra?: ReactNode;
}) => {
  const { canAccess } = useCanAccess({ resource, action: 'create' });
  return (
    <TopToolbar>
      {hasFilters && <FilterButton />}
      {extra}
      {canCreate && canAccess && <CreateButton resource={resource} />}
    </TopToolbar>
  );
};

interface RecordListProps extends Omit<ListProps, 'children' | 'actions'> {
  resource: string;
  children: ReactNode;
  filters?: ReactElement[];
  canCreate?: boolean;
  extraActions?: ReactNode;
  /** Drawn instead of the table. */
  board?: ReactNode;
}

/**
 * A list page. Rows are not clickable and nothing can be deleted in bulk: the link in the first cell opens the record, with the keyboard too.
 * No client-side export: what leaves the system leaves through an export order.
 */
export const RecordList = ({ resource, children, filters, canCreate = false, extraActions, board, ...rest }: RecordListProps) => (
  <List
    resource={resource}
    perPage={25}
    pagination={<Pagination rowsPerPageOptions={[25, 50, 100]} />}
    exporter={false}
    empty={false}
    filters={filters}
    actions={<Actions resource={resource} hasFilters={Boolean(filters)} canCreate={canCreate} extra={extraActions} />}
    {...rest}
  >
    {board ?? (
      <Box sx={{ overflowX: 'auto' }}>
        <DataTable rowClick={false} bulkActionButtons={false}>
          {children}
        </DataTable>
      </Box>
    )}
  </List>
);

export const pathTo = (resource: string, id: string | number) => `/${resource}/${encodeURIComponent(String(id))}/show`;

/** The link that opens a record. */
export const RecordLink = ({ resource, id, children }: { resource: string; id?: string | number | null; children: ReactNode }) =>
  id === undefined || id === null ? (
    <>{children}</>
  ) : (
    <MuiLink component={Link} to={pathTo(resource, id)} sx={{ fontWeight: 500 }}>
      {children || String(id)}
    </MuiLink>
  );

/** First column of a list: a real link with the record's name. */
export const linkTo =
  <T extends RaRecord>(resource: string, name: (record: T) => ReactNode) =>
  (record: T) => (
    <RecordLink resource={resource} id={record.id}>
      {name(record)}
    </RecordLink>
  );
