import { SelectInput, TextInput, useTranslate } from 'react-admin';
import { useWatch } from 'react-hook-form';
import type { Capture } from '../api/types';
import { useChoices, useWord } from '../parts/choices';
import { type Fact, Facts } from '../parts/Facts';

const whole = { gridColumn: '1 / -1' };

/** What only the officers know of a fixation. Which answers are owed is the server's to say; what cannot apply is not asked. */
export const StatementInputs = () => {
  const choices = useChoices();
  const mode: string = useWatch({ name: 'mode' });
  const access: string | undefined = useWatch({ name: 'statement.access' });
  const holder: string | undefined = useWatch({ name: 'statement.holder' });
  const login = mode === 'interactive' && (access === 'account' || access === 'backOffice');
  return (
    <>
      <SelectInput
        source="statement.scene"
        label="field.scene"
        choices={choices('scene', ['remote', 'onSite'])}
        defaultValue="remote"
        helperText="help.scene"
      />
      {mode === 'interactive' && (
        <SelectInput
          source="statement.access"
          label="field.access"
          choices={choices('access', ['public', 'account', 'backOffice'])}
          helperText="help.access"
        />
      )}
      {login && <TextInput source="statement.accountName" label="field.accountName" helperText="help.accountName" />}
      {login && <TextInput source="statement.accountSource" label="field.accountSource" helperText="help.accountSource" />}
      <TextInput source="statement.technician" label="field.technician" helperText="help.technician" />
      <SelectInput
        source="statement.holder"
        label="field.holderPresence"
        choices={choices('holderPresence', ['present', 'absent'])}
        helperText="help.holderPresence"
      />
      {holder === 'present' && <TextInput source="statement.holderName" label="field.holderName" helperText={false} />}
      <TextInput source="statement.witness" label="field.witness" helperText={false} />
      <TextInput source="statement.noWitness" label="field.noWitness" helperText="help.noWitness" />
      <TextInput source="statement.recording" label="field.recording" helperText="help.recording" />
      <TextInput source="statement.entry" label="field.entry" multiline helperText="help.entry" sx={whole} />
      <TextInput source="statement.registration" label="field.registration" multiline helperText="help.registration" sx={whole} />
      <TextInput source="statement.purchase" label="field.purchase" multiline helperText="help.purchase" sx={whole} />
    </>
  );
};

/** The statement as it was signed; nothing where nothing was said. */
export const StatementFacts = ({ statement }: { statement: Capture['statement'] }) => {
  const translate = useTranslate();
  const word = useWord();
  if (!statement) return null;
  const { scene, access, holder, holderName } = statement;
  const said = (name: 'accountName' | 'accountSource' | 'technician' | 'witness' | 'noWitness' | 'recording'): Fact => [
    translate(`field.${name}`),
    statement[name],
  ];
  const facts: Fact[] = [
    [translate('field.scene'), word('scene', scene)],
    [translate('field.access'), word('access', access)],
    said('accountName'),
    said('accountSource'),
    said('technician'),
    [translate('field.holderPresence'), [word('holderPresence', holder), holderName].filter(Boolean).join('：')],
    said('witness'),
    said('noWitness'),
    said('recording'),
  ];
  const long: Fact[] = [
    [translate('field.entry'), statement.entry],
    [translate('field.registration'), statement.registration],
    [translate('field.purchase'), statement.purchase],
  ];
  const given = (list: Fact[]) => list.filter(([, value]) => Boolean(value));
  return (
    <>
      <Facts columns={4} facts={given(facts)} />
      <Facts columns={1} facts={given(long)} />
    </>
  );
};
