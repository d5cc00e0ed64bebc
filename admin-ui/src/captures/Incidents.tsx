import { Alert } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Capture, Incident } from '../api/types';
import { useItems } from '../api/use-api';
import { useWord } from '../parts/choices';
import { When } from '../parts/When';

/** Why a package can only be read: which stored file is not what was put, since when, and whether a whole copy is at hand. */
export const Incidents = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const word = useWord();
  const { items } = useItems<Incident>(`captures/${capture.id}/incidents`);
  return (
    <Alert severity="error" sx={{ mb: 2 }}>
      {translate('console.frozen')}
      {items.map((incident) => (
        <div key={incident.id}>
          <When at={incident.foundAt} form="second" /> {incident.path}: {word('incident', incident.what)} ·{' '}
          {word('replica', incident.replica)}
        </div>
      ))}
    </Alert>
  );
};
