import { ArrayInput, SelectInput, SimpleFormIterator, TextInput, email, required } from 'react-admin';
import { CreateForm, EditForm } from '../parts/Forms';
import { useChoices } from '../parts/choices';
import { contactRoles, operatorKinds } from './words';

const Inputs = () => {
  const choices = useChoices();
  return (
    <>
      <TextInput source="name" validate={required()} />
      <SelectInput source="kind" choices={choices('operatorKind', operatorKinds)} validate={required()} />
      <TextInput source="uscc" helperText="help.uscc" />
      <ArrayInput source="contacts">
        <SimpleFormIterator inline disableReordering>
          <TextInput source="name" label="field.contactName" validate={required()} helperText={false} />
          <SelectInput
            source="role"
            label="field.contactRole"
            choices={choices('contactRole', contactRoles)}
            validate={required()}
            helperText={false}
          />
          <TextInput source="email" label="field.email" validate={email()} helperText={false} />
          <TextInput source="phone" label="field.phone" helperText={false} />
          <TextInput source="purpose" label="field.contactPurpose" validate={required()} helperText={false} />
        </SimpleFormIterator>
      </ArrayInput>
    </>
  );
};

export const OperatorCreate = () => (
  <CreateForm>
    <Inputs />
  </CreateForm>
);

export const OperatorEdit = () => (
  <EditForm>
    <Inputs />
  </EditForm>
);
