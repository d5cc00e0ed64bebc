import { Button, Dialog, DialogActions, DialogContent, DialogTitle, TextField } from '@mui/material';
import { useId, useState, type FormEvent } from 'react';
import { useTranslate } from 'react-admin';
import { call } from '../api/http';
import { PlainTable } from './PlainTable';
import { useQuestion, type Pending, type Question } from './ask';
import { Refusal } from './Refusal';

/** Asks for the six digits, then lets the act that was refused go on. */
const SecondFactor = ({ answer }: { answer: (yes: boolean) => void }) => {
  const translate = useTranslate();
  const titleId = useId();
  const [code, setCode] = useState('');
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setBusy(true);
    setRefused(undefined);
    try {
      await call('session/second-factor', { method: 'POST', body: { code: code.trim() } });
      answer(true);
    } catch (error) {
      setRefused(error);
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={() => answer(false)} fullWidth maxWidth="xs" aria-labelledby={titleId}>
      <form onSubmit={(event) => void submit(event)}>
        <DialogTitle id={titleId}>{translate('console.secondFactor.title')}</DialogTitle>
        <DialogContent>
          <p style={{ marginTop: 0 }}>{translate('console.secondFactor.why')}</p>
          <Refusal error={refused} />
          <TextField
            autoFocus
            fullWidth
            required
            label={translate('console.secondFactor.code')}
            value={code}
            onChange={(event) => setCode(event.target.value)}
            slotProps={{ htmlInput: { inputMode: 'numeric', autoComplete: 'one-time-code', maxLength: 8 } }}
          />
        </DialogContent>
        <DialogActions>
          <Button onClick={() => answer(false)}>{translate('ra.action.cancel')}</Button>
          <Button type="submit" variant="contained" disabled={busy || code.trim().length < 6}>
            {translate('console.secondFactor.go')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
};

type Conflict = Extract<Question, { kind: 'conflict' }>;

const textOf = (value: unknown) =>
  value === null || value === undefined || value === '' ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Somebody saved first: what it was, what they made of it, what you wrote; field by field. */
const ConflictDialog = ({ question, answer }: { question: Conflict; answer: (yes: boolean) => void }) => {
  const translate = useTranslate();
  const titleId = useId();
  const { base, mine, theirs, resource } = question;
  const differs = (key: string) => JSON.stringify(base[key] ?? null) !== JSON.stringify(theirs[key] ?? null);
  const hidden = new Set(['version', 'updatedAt', 'availableActions', 'id']);
  const rows = [...new Set([...Object.keys(mine), ...Object.keys(theirs).filter(differs)])].filter((key) => !hidden.has(key));
  return (
    <Dialog open fullWidth maxWidth="md" aria-labelledby={titleId}>
      <DialogTitle id={titleId}>{translate('console.conflict.title')}</DialogTitle>
      <DialogContent>
        <p style={{ marginTop: 0 }}>{translate('console.conflict.why')}</p>
        <PlainTable
          caption={translate('console.conflict.title')}
          rows={rows}
          rowKey={(key) => key}
          columns={[
            {
              key: 'field',
              label: translate('console.conflict.field'),
              cell: (key) => translate(`resources.${resource}.fields.${key}`, { _: key }),
            },
            { key: 'base', label: translate('console.conflict.base'), cell: (key) => textOf(base[key]) },
            { key: 'theirs', label: translate('console.conflict.theirs'), cell: (key) => textOf(theirs[key]) },
            {
              key: 'mine',
              label: translate('console.conflict.mine'),
              cell: (key) => (key in mine ? <strong>{textOf(mine[key])}</strong> : '—'),
            },
          ]}
        />
      </DialogContent>
      <DialogActions>
        <Button variant="outlined" onClick={() => answer(false)}>
          {translate('console.conflict.takeTheirs')}
        </Button>
        <Button variant="contained" onClick={() => answer(true)}>
          {translate('console.conflict.keepMine')}
        </Button>
      </DialogActions>
    </Dialog>
  );
};

const Asked = ({ question, answer }: Pending) =>
  question.kind === 'secondFactor' ? <SecondFactor answer={answer} /> : <ConflictDialog question={question} answer={answer} />;

/** Stands once in the layout and draws whatever is being asked. */
export const Questions = () => {
  const pending = useQuestion();
  return pending ? <Asked {...pending} /> : null;
};
