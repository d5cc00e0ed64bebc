import { Box, Button, Chip } from '@mui/material';
import { useState } from 'react';
import { DataTable, SearchInput, SelectInput, useCanAccess, useTranslate } from 'react-admin';
import { Link } from 'react-router-dom';
import { Link as MuiLink } from '@mui/material';
import { call } from '../api/http';
import type { Officer } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { useChoices, useWord } from '../parts/choices';
import { RecordList } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { useDone } from '../parts/use-done';
import { roles, scopes } from './words';

const Column = DataTable.Col<Officer>;

/** Roles are given by the security administrator, never by whoever created the account. */
const Roles = ({ officer }: { officer: Officer }) => {
  const translate = useTranslate();
  const word = useWord();
  const done = useDone();
  const [granting, setGranting] = useState(false);
  const [revoking, setRevoking] = useState<string>();
  const { canAccess } = useCanAccess({ resource: 'officers', action: 'grant' });
  return (
    <Box sx={{ display: 'flex', gap: 0.5, flexWrap: 'wrap', alignItems: 'center' }}>
      {officer.roles.map(({ role, scope }) => (
        <Chip
          key={role}
          size="small"
          variant="outlined"
          label={`${word('role', role)} · ${word('scopeOfRole', scope)}`}
          onDelete={canAccess ? () => setRevoking(role) : undefined}
        />
      ))}
      {canAccess && (
        <Button onClick={() => setGranting(true)} aria-label={translate('console.grantTo', { name: officer.name })}>
          {translate('action.officer.grant')}
        </Button>
      )}
      {granting && (
        <ActDialog
          title={translate('console.grantTo', { name: officer.name })}
          shape={{
            fields: [
              { name: 'role', kind: 'choice', values: roles, required: true },
              { name: 'scope', kind: 'choice', list: 'scopeOfRole', values: scopes, required: true, initial: 'unit' },
            ],
          }}
          confirm={translate('action.officer.grant')}
          onClose={() => setGranting(false)}
          onAct={async (body, idempotencyKey) => {
            await call(`officers/${officer.id}/roles`, { method: 'POST', body, idempotencyKey });
            done('console.granted');
          }}
        />
      )}
      {revoking && (
        <ActDialog
          title={translate('console.revokeOf', { name: officer.name, role: word('role', revoking) })}
          shape={{ fields: [], grave: true }}
          confirm={translate('action.officer.revoke')}
          onClose={() => setRevoking(undefined)}
          onAct={async () => {
            await call(`officers/${officer.id}/roles/${revoking}`, { method: 'DELETE' });
            done('console.revoked');
          }}
        />
      )}
    </Box>
  );
};

const Name = ({ officer }: { officer: Officer }) => {
  const { canAccess } = useCanAccess({ resource: 'officers', action: 'edit' });
  return canAccess ? (
    <MuiLink component={Link} to={`/officers/${officer.id}`} sx={{ fontWeight: 500 }}>
      {officer.name}
    </MuiLink>
  ) : (
    <>{officer.name}</>
  );
};

const OfficerList = () => {
  const choices = useChoices();
  const filters = [
    <SearchInput key="q" source="q" alwaysOn />,
    <SelectInput key="role" source="role" label="field.role" choices={choices('role', roles)} alwaysOn />,
  ];
  return (
    <RecordList resource="officers" filters={filters} canCreate sort={{ field: 'account', order: 'ASC' }}>
      <Column source="name" render={(o) => <Name officer={o} />} />
      <Column source="account" />
      <Column source="certificate" disableSort />
      <Column source="unit" disableSort />
      <Column source="division" disableSort />
      <Column source="roles" disableSort render={(o) => <Roles officer={o} />} />
      <Column source="state" disableSort render={(o) => <StateMark kind="officer" state={o.state} />} />
    </RecordList>
  );
};

export default OfficerList;
