import { Button, Dialog, DialogActions, DialogContent, DialogTitle, MenuItem, TextField } from '@mui/material';
import { useId, useState, type FormEvent } from 'react';
import { useTranslate } from 'react-admin';
import { call } from '../api/http';
import { useItems } from '../api/use-api';
import type { Document, FormField, OfficialForm } from '../api/types';
import { Fetching, Refusal } from '../parts/Refusal';
import { useDone } from '../parts/use-done';
import { readValue, showValue, typedHere } from './field-values';

/** The fields of a draft that a person can type; what the register and the approval fill in is left to them. */
export const FillDialog = ({ document, onClose }: { document: Document; onClose: () => void }) => {
  const translate = useTranslate();
  const done = useDone();
  const titleId = useId();
  const { items: forms, isPending, error } = useItems<OfficialForm>('document-forms');
  const known = document.fields ?? {};
  const fields: FormField[] = (forms.find((f) => f.form === document.form)?.fields ?? []).filter(typedHere);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const valueOf = (field: FormField) => typed[field.key] ?? showValue(field, known);
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setBusy(true);
    const changed = fields.filter((f) => valueOf(f) !== showValue(f, known));
    const body = changed.reduce<Record<string, unknown>>((data, f) => readValue(data, f, valueOf(f), known), {});
    call(`documents/${document.id}`, { method: 'PATCH', body: { fields: body }, version: document.version }).then(
      () => {
        done('ra.notification.updated', { smart_count: 1 });
        onClose();
      },
      (error: unknown) => {
        setRefused(error);
        setBusy(false);
      },
    );
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="md" aria-labelledby={titleId}>
      <form onSubmit={submit}>
        <DialogTitle id={titleId}>{translate('action.document.fill')}</DialogTitle>
        <DialogContent dividers sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
          <Fetching isPending={isPending} error={error} />
          <Refusal error={refused} />
          {fields.map((field) => (
            <TextField
              key={field.key}
              name={field.key}
              label={field.zh}
              select={field.type === 'bool'}
              multiline={field.type !== 'date' && field.type !== 'bool'}
              type={field.type === 'date' ? 'date' : 'text'}
              slotProps={{
                inputLabel: field.type === 'date' ? { shrink: true } : undefined,
                htmlInput: { 'aria-required': field.required },
              }}
              helperText={field.basis ?? undefined}
              value={valueOf(field)}
              onChange={(event) => setTyped({ ...typed, [field.key]: event.target.value })}
            >
              {field.type === 'bool' &&
                ['true', 'false'].map((value) => (
                  <MenuItem key={value} value={value}>
                    {translate(`ra.boolean.${value}`)}
                  </MenuItem>
                ))}
            </TextField>
          ))}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{translate('ra.action.cancel')}</Button>
          <Button type="submit" variant="contained" disabled={busy}>
            {translate('ra.action.save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
};
