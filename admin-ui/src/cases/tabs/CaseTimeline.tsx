import { MenuItem, TextField } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, TimelineEvent } from '../../api/types';
import { Stacked } from '../../parts/Panel';
import { Fetching } from '../../parts/Refusal';
import { Timeline } from '../../parts/Timeline';

const family = (event: TimelineEvent) => event.kind.split('.')[0] ?? event.kind;

export const CaseTimeline = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const [kind, setKind] = useState('');
  const { items, isPending, error, refetch } = useItems<TimelineEvent>(`cases/${file.id}/timeline`, { query: { perPage: 200 } });
  const kinds = [...new Set(items.map(family))];
  return (
    <Stacked>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      <TextField
        select
        label={translate('console.eventKind')}
        value={kind}
        onChange={(event) => setKind(event.target.value)}
        sx={{ maxWidth: 240 }}
      >
        <MenuItem value="">{translate('console.all')}</MenuItem>
        {kinds.map((name) => (
          <MenuItem key={name} value={name}>
            {translate(`choice.eventFamily.${name}`, { _: name })}
          </MenuItem>
        ))}
      </TextField>
      {!isPending && !error && <Timeline events={items.filter((e) => !kind || family(e) === kind)} />}
    </Stacked>
  );
};
