import { Box, Button, FormHelperText, LinearProgress, Typography } from '@mui/material';
import { useId, useState } from 'react';
import { useInput, useLocaleState, useTranslate, type Validator } from 'react-admin';
import { ApiProblem } from '../api/problem';
import { uploadFile } from '../api/upload';
import type { Upload } from '../api/types';
import { readableSize } from '../captures/files';
import { Refusal } from './Refusal';

interface UploadInputProps {
  source: string;
  label: string;
  many?: boolean;
  validate: Validator[];
}

/** Files are sent as soon as they are chosen; the form then carries only what the server calls them. */
export const UploadInput = ({ source, label, many, validate }: UploadInputProps) => {
  const translate = useTranslate();
  const id = useId();
  const [locale] = useLocaleState();
  const { field, fieldState } = useInput({ source, validate });
  const [sent, setSent] = useState<Upload[]>([]);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const send = async (files: File[]) => {
    setBusy(true);
    setRefused(undefined);
    try {
      const done: Upload[] = [];
      for (const file of files) done.push(await uploadFile(file));
      const all = many ? [...sent, ...done] : done;
      setSent(all);
      field.onChange(many ? all.map((upload) => upload.id) : (all[0]?.id ?? null));
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const fault = typeof fieldState.error?.message === 'string' && fieldState.isTouched;
  return (
    <Box sx={{ mt: 1, mb: 1 }}>
      <Typography component="label" htmlFor={id} variant="body2" color={fieldState.invalid ? 'error' : 'text.secondary'}>
        {translate(label)} {validate.length > 0 && '*'}
      </Typography>
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'center', flexWrap: 'wrap', mt: 0.5 }}>
        <Button component="label" variant="outlined" size="small" disabled={busy}>
          {translate(sent.length > 0 && !many ? 'console.chooseOther' : 'console.chooseFile')}
          <input
            id={id}
            type="file"
            hidden
            multiple={many}
            data-upload={source}
            onChange={(event) => {
              void send([...(event.target.files ?? [])]);
              event.target.value = '';
            }}
          />
        </Button>
        {sent.map((upload) => (
          <Typography key={upload.id} variant="body2">
            {upload.name} · {upload.mediaType} · SHA-256 {upload.sha256.slice(0, 12)}…
          </Typography>
        ))}
      </Box>
      {busy && <LinearProgress sx={{ mt: 0.5 }} />}
      <Refusal error={refused} />
      {refused instanceof ApiProblem && refused.code === 'evidence.uploadTooLarge' && (
        <FormHelperText error>
          {translate('console.uploadLimit', { limit: readableSize(Number(refused.details['limitBytes']), locale) })}
        </FormHelperText>
      )}
      {fault && <FormHelperText error>{translate('ra.validation.required')}</FormHelperText>}
    </Box>
  );
};
