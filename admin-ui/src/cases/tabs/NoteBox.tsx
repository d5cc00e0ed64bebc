import { Button, TextField } from '@mui/material';
import { useState, type FormEvent } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { call } from '../../api/http';
import type { Case } from '../../api/types';
import { Panel } from '../../parts/Panel';
import { Refusal } from '../../parts/Refusal';
import { useDone } from '../../parts/use-done';

/** Notes are added, never changed: a correction is a further note. */
export const NoteBox = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const done = useDone();
  const { canAccess } = useCanAccess({ resource: 'cases', action: 'note' });
  const [text, setText] = useState('');
  const [refused, setRefused] = useState<unknown>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setRefused(undefined);
    call(`cases/${file.id}/notes`, { method: 'POST', body: { text } }).then(() => {
      setText('');
      done('console.noted');
    }, setRefused);
  };
  if (!canAccess) return null;
  return (
    <Panel title={translate('console.addNote')}>
      <form onSubmit={submit}>
        <Refusal error={refused} />
        <TextField
          label={translate('console.noteText')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          multiline
          minRows={2}
          fullWidth
          required
        />
        <Button type="submit" variant="outlined" disabled={!text.trim()} sx={{ mt: 1 }}>
          {translate('console.addNote')}
        </Button>
      </form>
    </Panel>
  );
};
