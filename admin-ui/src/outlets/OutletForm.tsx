import { Box } from '@mui/material';
import { AutocompleteInput, ReferenceInput, SelectInput, TextInput, required } from 'react-admin';
import { CreateForm, EditForm } from '../parts/Forms';
import { useChoices } from '../parts/choices';
import { carrierKinds, pools, siteTypes } from './words';

const twoColumns = { display: 'grid', columnGap: 2, width: '100%', gridTemplateColumns: { xs: '1fr', md: '1fr 1fr' } };

const Reference = ({ source, reference, must }: { source: string; reference: string; must?: boolean }) => (
  <ReferenceInput source={source} reference={reference} perPage={25}>
    <AutocompleteInput optionText="name" filterToQuery={(q: string) => ({ q })} validate={must ? required() : undefined} />
  </ReferenceInput>
);

/** The ten items of the filing record (S002 art. 9) with subject and operator. */
const Inputs = ({ isNew }: { isNew: boolean }) => {
  const choices = useChoices();
  return (
    <Box sx={twoColumns}>
      {isNew && <Reference source="subjectId" reference="subjects" must />}
      <TextInput source="siteName" validate={required()} />
      <TextInput source="url" type="url" helperText="help.url" validate={required()} />
      <TextInput source="domain" validate={required()} />
      <TextInput source="ip" />
      <SelectInput source="siteType" choices={choices('siteType', siteTypes)} validate={required()} />
      <SelectInput source="carrierKind" choices={choices('carrierKind', carrierKinds)} validate={required()} />
      <TextInput source="icpNo" />
      <TextInput source="isp" />
      <TextInput source="idcAddress" />
      <TextInput source="contact" />
      <TextInput source="otherFilings" />
      <Reference source="operatorId" reference="operators" />
      <SelectInput source="pool" choices={choices('pool', pools)} defaultValue="none" />
      <TextInput
        source="declaration"
        multiline
        helperText="help.declaration"
        validate={required()}
        sx={{ gridColumn: '1 / -1' }}
      />
      {!isNew && <TextInput source="reason" helperText="help.changeReason" sx={{ gridColumn: '1 / -1' }} />}
    </Box>
  );
};

export const OutletCreate = () => (
  <CreateForm>
    <Inputs isNew />
  </CreateForm>
);

export const OutletEdit = () => (
  <EditForm>
    <Inputs isNew={false} />
  </EditForm>
);
