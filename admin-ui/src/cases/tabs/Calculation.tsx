import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Clock } from '../../api/types';

const lineOf = (value: unknown): string => {
  if (value === null || value === undefined) return '—';
  if (Array.isArray(value)) return value.map(lineOf).join('、');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([k, v]) => `${k} ${lineOf(v)}`)
      .join(' · ');
  }
  return String(value);
};

/** How the server counted from the event to the due day. */
export const Calculation = ({ clock }: { clock: Clock }) => {
  const translate = useTranslate();
  const told = clock.arithmetic ?? clock.explanation;
  const lines = Array.isArray(told)
    ? told
    : told && typeof told === 'object'
      ? Object.entries(told).map(([k, v]) => `${k} ${lineOf(v)}`)
      : [told];
  return (
    <Box sx={{ p: 1, mt: 0.5, bgcolor: 'background.default', border: 1, borderColor: 'divider' }}>
      <Typography variant="body2">
        {translate('console.clock.basis')}: {lineOf(clock.basis)}
      </Typography>
      <Box component="ol" sx={{ m: 0, pl: 2.5 }}>
        {lines.map((line, index) => (
          <li key={index}>{lineOf(line)}</li>
        ))}
      </Box>
    </Box>
  );
};
