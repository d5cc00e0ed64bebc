import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, LinearProgress } from '@mui/material';
import { useId, useRef, useState } from 'react';
import { Form, useRefresh, useTranslate } from 'react-admin';
import { useFormState } from 'react-hook-form';
import { ApiProblem } from '../api/problem';
import { ActInput } from './ActInput';
import { Refusal } from './Refusal';
import type { ActShape } from './act-fields';

interface ActDialogProps {
  title: string;
  shape: ActShape;
  explanation?: string;
  confirm?: string;
  initial?: Record<string, unknown>;
  /** The key stays the same while the dialog is open: pressing again after a lost answer repeats the act, it does not double it. */
  onAct: (data: Record<string, unknown>, idempotencyKey: string) => Promise<unknown>;
  onClose: () => void;
}

const Buttons = ({ shape, confirm, onClose }: { shape: ActShape; confirm: string; onClose: () => void }) => {
  const translate = useTranslate();
  const { isSubmitting } = useFormState();
  return (
    <>
      {isSubmitting && <LinearProgress aria-label={translate('ra.page.loading')} />}
      <DialogActions>
        <Button onClick={onClose} disabled={isSubmitting}>
          {translate('ra.action.cancel')}
        </Button>
        <Button type="submit" variant="contained" color={shape.grave ? 'error' : 'primary'} disabled={isSubmitting}>
          {confirm}
        </Button>
      </DialogActions>
    </>
  );
};

/** Only what the act asks for is sent, without empty lines. */
const asked = (data: Record<string, unknown>, names: Set<string>) =>
  Object.fromEntries(
    Object.entries(data)
      .filter(([name, value]) => names.has(name) && value !== undefined && value !== null && value !== '')
      .map(([name, value]) => [
        name,
        Array.isArray(value) ? value.filter((entry) => typeof entry !== 'string' || entry.trim() !== '') : value,
      ]),
  );

/** An act with legal effect: said by its name, asked for what it needs, done only when the server has agreed. */
export const ActDialog = ({ title, shape, explanation, confirm, initial, onAct, onClose }: ActDialogProps) => {
  const translate = useTranslate();
  const refresh = useRefresh();
  const titleId = useId();
  const [refused, setRefused] = useState<unknown>();
  const key = useRef(crypto.randomUUID());
  const busy = useRef(false);
  const stale = useRef(false);
  const known = new Set(shape.fields.map((f) => f.name));

  /** Refused because things stand otherwise by now: they are read again, but not before the refusal was. */
  const close = () => {
    if (stale.current) refresh();
    onClose();
  };
  /** Not by a click beside it, which would lose what was typed, and not while the server is asked. */
  const leave = (_: unknown, why: 'backdropClick' | 'escapeKeyDown') => {
    if (why !== 'backdropClick' && !busy.current) close();
  };
  const submit = async (data: Record<string, unknown>) => {
    setRefused(undefined);
    busy.current = true;
    try {
      await onAct(asked(data, known), key.current);
      onClose();
      return undefined;
    } catch (error) {
      // A refused body is answered with another body: the next attempt is a new act.
      if (error instanceof ApiProblem && error.status >= 400) key.current = crypto.randomUUID();
      stale.current ||= error instanceof ApiProblem && [404, 409, 412].includes(error.status);
      const faults = error instanceof ApiProblem ? error.fields : {};
      const shown = Object.fromEntries(Object.entries(faults).filter(([name]) => known.has(name)));
      if (Object.keys(shown).length === 0 || Object.keys(faults).length > Object.keys(shown).length) setRefused(error);
      return Object.keys(shown).length > 0 ? shown : undefined;
    } finally {
      busy.current = false;
    }
  };

  return (
    <Dialog open onClose={leave} fullWidth maxWidth="sm" aria-labelledby={titleId}>
      <DialogTitle id={titleId}>{title}</DialogTitle>
      <Form onSubmit={submit} record={initial ?? {}} sanitizeEmptyValues>
        <DialogContent dividers sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
          {explanation && <p style={{ margin: 0 }}>{explanation}</p>}
          {shape.sealing && <Alert severity="info">{translate('console.needsSecondFactor')}</Alert>}
          {shape.grave && <Alert severity="warning">{translate('console.grave')}</Alert>}
          <Refusal error={refused} />
          {shape.fields.map((field) => (
            <ActInput key={field.name} field={field} />
          ))}
        </DialogContent>
        <Buttons shape={shape} confirm={confirm ?? title} onClose={close} />
      </Form>
    </Dialog>
  );
};
