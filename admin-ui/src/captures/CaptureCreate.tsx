import { Box } from '@mui/material';
import { AutocompleteInput, BooleanInput, ReferenceInput, SelectInput, TextInput, required } from 'react-admin';
import { CreateForm } from '../parts/Forms';
import { useChoices } from '../parts/choices';
import { SecondVantageInput } from './SecondVantage';
import { StatementInputs } from './Statement';
import { captureModes, profiles } from './words';

const officerName = (o?: { name?: string; certificate?: string | null }) =>
  o ? [o.name, o.certificate].filter(Boolean).join(' · ') : '';
const query = (q: string) => ({ q });

/** Evidence taking needs a second officer; the first is the one who is signed in. */
const CaptureCreate = () => {
  const choices = useChoices();
  return (
    <CreateForm save="action.capture.begin">
      <Box sx={{ display: 'grid', columnGap: 2, width: '100%', gridTemplateColumns: { xs: '1fr', md: '1fr 1fr' } }}>
        <TextInput source="url" type="url" validate={required()} helperText="help.captureUrl" sx={{ gridColumn: '1 / -1' }} />
        <SelectInput source="profile" choices={choices('profile', profiles)} defaultValue="desktop" validate={required()} />
        <SelectInput
          source="mode"
          choices={choices('captureMode', captureModes)}
          defaultValue="automatic"
          validate={required()}
        />
        <SecondVantageInput />
        <TextInput source="purpose" validate={required()} helperText="help.purpose" />
        <ReferenceInput source="secondOfficerId" reference="officers" perPage={50}>
          <AutocompleteInput
            optionText={officerName}
            filterToQuery={query}
            validate={required()}
            helperText="help.secondOfficer"
          />
        </ReferenceInput>
        <TextInput source="place" validate={required()} helperText="help.place" />
        <ReferenceInput source="outletId" reference="outlets" perPage={25}>
          <AutocompleteInput optionText="siteName" filterToQuery={query} />
        </ReferenceInput>
        <ReferenceInput source="caseId" reference="cases" perPage={25}>
          <AutocompleteInput optionText="matter" filterToQuery={query} />
        </ReferenceInput>
        <TextInput
          source="factToProve"
          multiline
          minRows={2}
          validate={required()}
          helperText="help.factToProve"
          sx={{ gridColumn: '1 / -1' }}
        />
        <StatementInputs />
        <BooleanInput source="personalData" defaultValue={true} helperText="help.personalData" sx={{ gridColumn: '1 / -1' }} />
        <TextInput source="overrideReason" multiline helperText="help.overrideReason" sx={{ gridColumn: '1 / -1' }} />
        <TextInput source="tlsOverrideReason" multiline helperText="help.tlsOverrideReason" sx={{ gridColumn: '1 / -1' }} />
      </Box>
    </CreateForm>
  );
};

export default CaptureCreate;
