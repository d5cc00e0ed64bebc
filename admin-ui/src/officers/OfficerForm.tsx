import { Alert } from '@mui/material';
import { useState } from 'react';
import { Create, PasswordInput, SelectInput, SimpleForm, TextInput, required, useTranslate, type RaRecord } from 'react-admin';
import { Link } from 'react-router-dom';
import { useItems } from '../api/use-api';
import type { Officer, Unit } from '../api/types';
import { EditForm } from '../parts/Forms';
import { useChoices } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { Panel } from '../parts/Panel';
import { officerStates } from './words';

const Secret = ({ officer }: { officer: Officer }) => {
  const translate = useTranslate();
  return (
    <Panel title={officer.name}>
      <Alert severity="warning" sx={{ mb: 2 }}>
        {translate('console.totpOnce')}
      </Alert>
      <Digest value={officer.totpSecret} full name={translate('console.totpSecret')} />
      <p>
        <Link to="/officers">{translate('resources.officers.name', { smart_count: 2 })}</Link>
      </p>
    </Panel>
  );
};

/** The account can do nothing yet. Its authenticator secret is shown once, here. */
export const OfficerCreate = () => {
  const { items: units } = useItems<Unit>('units');
  const [made, setMade] = useState<Officer>();
  if (made) return <Secret officer={made} />;
  return (
    <Create redirect={false} mutationOptions={{ onSuccess: (data: RaRecord) => setMade(data as unknown as Officer) }}>
      <SimpleForm>
        <TextInput source="account" helperText="help.account" validate={required()} />
        <TextInput source="name" validate={required()} />
        <TextInput source="certificate" />
        <SelectInput
          source="unitId"
          choices={units.map((u) => ({ id: u.id, name: `${u.agencyName} ${u.name}` }))}
          validate={required()}
        />
        <PasswordInput
          source="password"
          helperText="help.password"
          validate={required()}
          slotProps={{ htmlInput: { autoComplete: 'new-password' } }}
        />
      </SimpleForm>
    </Create>
  );
};

export const OfficerEdit = () => {
  const choices = useChoices();
  return (
    <EditForm to="list" hasShow={false}>
      <TextInput source="name" validate={required()} />
      <SelectInput source="state" choices={choices('officer', officerStates)} validate={required()} />
    </EditForm>
  );
};
