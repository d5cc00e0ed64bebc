import { AutocompleteInput, ReferenceInput, SelectInput, TextInput, required } from 'react-admin';
import { CreateForm } from '../parts/Forms';
import { useChoices } from '../parts/choices';
import { clueSources } from './words';

const query = (q: string) => ({ q });

/** A clue from outside: what we found ourselves becomes a clue by confirming the finding. */
const CaseCreate = () => {
  const choices = useChoices();
  return (
    <CreateForm>
      <SelectInput source="source" choices={choices('clueSource', clueSources)} validate={required()} />
      <TextInput source="matter" multiline minRows={2} validate={required()} />
      <ReferenceInput source="subjectId" reference="subjects">
        <AutocompleteInput optionText="name" filterToQuery={query} fullWidth />
      </ReferenceInput>
      <ReferenceInput source="outletId" reference="outlets">
        <AutocompleteInput optionText="siteName" filterToQuery={query} fullWidth />
      </ReferenceInput>
      <ReferenceInput source="captureId" reference="captures" filter={{ state: 'fixed' }}>
        <AutocompleteInput optionText="number" filterToQuery={query} fullWidth />
      </ReferenceInput>
      <TextInput source="facts" multiline minRows={3} />
      <TextInput source="reason" helperText="help.secondCase" />
    </CreateForm>
  );
};

export default CaseCreate;
