import { Alert, Box } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Capture, Incident } from '../api/types';
import { useItems } from '../api/use-api';
import { useWord } from '../parts/choices';
import { When } from '../parts/When';

const Lines = ({ items }: { items: Incident[] }) => {
  const word = useWord();
  return (
    <Box component="ul" sx={{ m: 0, mt: 0.5, pl: 2.5, overflowWrap: 'anywhere' }}>
      {items.map((incident) => (
        <li key={incident.id}>
          <When at={incident.foundAt} form="second" /> <code>{incident.path}</code> · {word('incident', incident.what)} ·{' '}
          {word('replica', incident.replica)}
        </li>
      ))}
    </Box>
  );
};

/**
 * Why a package can only be read: which stored file is not what was put, since when, whether a whole copy is at hand, and who puts it right.
 * Once that was done it says so for good: whoever relies on the evidence is to know.
 */
export const Incidents = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const { items } = useItems<Incident>(`captures/${capture.id}/incidents`);
  if (!capture.frozenAt && items.length === 0) return null;
  const since = items.filter(({ foundAt }) => capture.frozenAt && foundAt >= capture.frozenAt);
  const before = items.filter((one) => !since.includes(one));
  return (
    <Box data-incidents={capture.frozenAt ? 'open' : 'over'}>
      {capture.frozenAt && (
        <Alert severity="error" role="alert" sx={{ mb: 2 }}>
          {translate('console.frozen')}{' '}
          {translate(since.some(({ replica }) => replica === 'whole') ? 'console.frozenNextCopy' : 'console.frozenNext')}
          <Lines items={since} />
        </Alert>
      )}
      {before.length > 0 && (
        <Alert severity="info" sx={{ mb: 2 }}>
          {translate('console.incidentsOver')}
          <Lines items={before} />
        </Alert>
      )}
    </Box>
  );
};
