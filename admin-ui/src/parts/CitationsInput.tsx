import { ArrayInput, SelectInput, SimpleFormIterator, TextInput, required, useTranslate } from 'react-admin';

const marks = ['F', 'F2', 'K', 'I'];

/** Articles with the mark that says whether somebody has read them in the law: only those are printed as law. */
export const CitationsInput = ({ source, label, must }: { source: string; label: string; must?: boolean }) => {
  const translate = useTranslate();
  const choices = marks.map((id) => ({ id, name: translate(`choice.mark.${id}`) }));
  return (
    <ArrayInput source={source} label={label} validate={must ? required() : undefined}>
      <SimpleFormIterator inline disableReordering>
        <TextInput source="law" label="field.law" validate={required()} helperText={false} />
        <TextInput source="article" label="field.article" validate={required()} helperText={false} sx={{ maxWidth: 100 }} />
        <SelectInput source="mark" label="field.mark" choices={choices} validate={required()} helperText={false} />
      </SimpleFormIterator>
    </ArrayInput>
  );
};
