import { Box } from '@mui/material';
import { DateInput, SelectInput, TextInput, required } from 'react-admin';
import { CreateForm, EditForm } from '../parts/Forms';
import { useChoices } from '../parts/choices';
import { subjectKinds, subjectStates } from './words';

const twoColumns = { display: 'grid', columnGap: 2, width: '100%', gridTemplateColumns: { xs: '1fr', md: '1fr 1fr' } };

const Inputs = ({ isNew }: { isNew: boolean }) => {
  const choices = useChoices();
  return (
    <Box sx={twoColumns}>
      <TextInput source="name" validate={required()} />
      <TextInput source="uscc" helperText="help.uscc" slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }} />
      <SelectInput source="kind" choices={choices('subjectKind', subjectKinds)} validate={required()} />
      <SelectInput source="status" choices={choices('subjectStatus', subjectStates)} defaultValue="1" validate={required()} />
      <TextInput source="legalRep" />
      <TextInput source="contactPhone" />
      <TextInput source="domicile" />
      <TextInput source="divisionCode" helperText="help.divisionCode" validate={required()} />
      <DateInput source="established" />
      <TextInput source="usccOverrideReason" helperText="help.usccOverrideReason" />
      {!isNew && <TextInput source="reason" helperText="help.changeReason" />}
      <TextInput source="scope" multiline minRows={2} sx={{ gridColumn: '1 / -1' }} />
    </Box>
  );
};

export const SubjectCreate = () => (
  <CreateForm>
    <Inputs isNew />
  </CreateForm>
);

export const SubjectEdit = () => (
  <EditForm>
    <Inputs isNew={false} />
  </EditForm>
);
