import { AutocompleteInput, ReferenceInput, SelectInput, TextInput, required } from 'react-admin';
import { CreateForm } from '../parts/Forms';
import { useChoices } from '../parts/choices';
import { clueSources } from './words';

const query = (q: string) => ({ q });

/** A clue from outside: everything found by ourselves becomes a clue by confirming the finding. */
const CaseCreate = () => {
  const choices = useChoices();
  return (
    <CreateForm>
      <SelectInput source="source" choices={choices('clueSource', clueSources)} validate={required()} />
      <ReferenceInput source="subjectId" reference="subjects">
        <AutocompleteInput optionText="name" filterToQuery={query} validate={required()} />
      </ReferenceInput>
      <ReferenceInput source="outletId" reference="outlets">
        <AutocompleteInput optionText="siteName" filterToQuery={query} validate={required()} />
      </ReferenceInput>
      <TextInput source="matter" multiline minRows={2} validate={required()} />
    </CreateForm>
  );
};

export default CaseCreate;
