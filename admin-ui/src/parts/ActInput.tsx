import {
  AutocompleteInput,
  BooleanInput,
  CheckboxGroupInput,
  DateInput,
  NumberInput,
  ReferenceArrayInput,
  ReferenceInput,
  AutocompleteArrayInput,
  SelectInput,
  TextInput,
  minLength,
  required,
  useTranslate,
  type RaRecord,
} from 'react-admin';
import { AnswersInput } from '../cases/AnswersInput';
import { CitationsInput } from './CitationsInput';
import { InstantInput } from './InstantInput';
import { PenaltiesInput } from './PenaltiesInput';
import { UploadInput } from './UploadInput';
import type { ActField } from './act-fields';

const wordFor = (name: string, translate: (key: string, o?: object) => string) => (value: string) => ({
  id: value,
  name: translate(`choice.${name}.${value}`, { _: value }),
});

const officerName = (o: RaRecord | undefined) => (o ? [o['name'], o['certificate']].filter(Boolean).join(' · ') : '');

/** Kept as typed while one types; empty lines go when the act is sent (`filled` of the data provider sends no empty list). */
const linesOf = (text: string): string[] | null => (text.trim() ? text.split('\n') : null);
const textOf = (lines: string[] | null | undefined): string => (lines ?? []).join('\n');

/** One input of an act's form. Its label is `field.<name>`, its help `help.<name>` where there is one. */
export const ActInput = ({ field }: { field: ActField }) => {
  const translate = useTranslate();
  const validate = [...(field.required ? [required()] : []), ...(field.minLength ? [minLength(field.minLength)] : [])];
  const help = translate(`help.${field.name}`, { _: '' });
  const common = {
    source: field.name,
    label: `field.${field.label ?? field.name}`,
    validate,
    helperText: help || false,
    fullWidth: true,
  };
  const choices = (field.values ?? []).map(wordFor(field.list ?? field.name, translate));
  switch (field.kind) {
    case 'long':
      return <TextInput {...common} multiline minRows={3} />;
    case 'lines':
      return <TextInput {...common} multiline minRows={3} parse={linesOf} format={textOf} />;
    case 'choice':
      return <SelectInput {...common} defaultValue={field.initial} choices={choices} translateChoice={false} />;
    case 'choices':
      return <CheckboxGroupInput {...common} choices={choices} translateChoice={false} />;
    case 'officer':
      return (
        <ReferenceInput source={field.name} reference="officers" perPage={100} filter={field.filter}>
          <AutocompleteInput {...common} optionText={officerName} />
        </ReferenceInput>
      );
    case 'officers':
      return (
        <ReferenceArrayInput source={field.name} reference="officers" perPage={100} filter={field.filter}>
          <AutocompleteArrayInput {...common} optionText={officerName} />
        </ReferenceArrayInput>
      );
    case 'reference':
      return (
        <ReferenceInput source={field.name} reference={field.reference ?? ''} perPage={50} filter={field.filter}>
          <AutocompleteInput {...common} optionText={field.shows ?? 'name'} filterToQuery={(q: string) => ({ q })} />
        </ReferenceInput>
      );
    case 'citations':
      return <CitationsInput source={field.name} label={common.label} must={field.required} />;
    case 'penalties':
      return <PenaltiesInput source={field.name} label={common.label} />;
    case 'answers':
      return <AnswersInput source={field.name} caseId={field.reference} />;
    case 'references':
      return (
        <ReferenceArrayInput source={field.name} reference={field.reference ?? ''} perPage={50} filter={field.filter}>
          <AutocompleteArrayInput {...common} optionText={field.shows ?? 'name'} filterToQuery={(q: string) => ({ q })} />
        </ReferenceArrayInput>
      );
    case 'upload':
      return <UploadInput source={field.name} label={common.label} validate={validate} />;
    case 'uploads':
      return <UploadInput source={field.name} label={common.label} validate={validate} many />;
    case 'pick':
      return <SelectInput {...common} choices={field.options ?? []} translateChoice={false} />;
    case 'picks':
      return <AutocompleteArrayInput {...common} choices={field.options ?? []} translateChoice={false} />;
    case 'day':
      return <DateInput {...common} />;
    case 'instant':
      return <InstantInput {...common} />;
    case 'number':
      return <NumberInput {...common} />;
    case 'yes':
      return <BooleanInput {...common} />;
    default:
      return <TextInput {...common} />;
  }
};
