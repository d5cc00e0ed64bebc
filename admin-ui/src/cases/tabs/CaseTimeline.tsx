import { MenuItem, TextField } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, CaseEvent } from '../../api/types';
import { Stacked } from '../../parts/Panel';
import { Fetching } from '../../parts/Refusal';
import { Timeline } from '../../parts/Timeline';
import { useTimelineLines } from '../../parts/timeline-lines';

const familyOf = ({ kind }: CaseEvent) => /^(clock|document|order|exhibit|task|note|officer|review)/.exec(kind)?.[1] ?? 'case';

/** Every event of the file, one sentence each; filtered by what it is about. */
export const CaseTimeline = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const lines = useTimelineLines();
  const [family, setFamily] = useState('');
  const { items, isPending, error, refetch } = useItems<CaseEvent>(`cases/${file.id}/timeline`);
  const families = [...new Set(items.map(familyOf))];
  return (
    <Stacked>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      <TextField
        select
        label={translate('console.eventKind')}
        value={family}
        onChange={(event) => setFamily(event.target.value)}
        sx={{ maxWidth: 240 }}
      >
        <MenuItem value="">{translate('console.all')}</MenuItem>
        {families.map((name) => (
          <MenuItem key={name} value={name}>
            {translate(`choice.eventFamily.${name}`, { _: name })}
          </MenuItem>
        ))}
      </TextField>
      {!isPending && !error && <Timeline events={lines.ofCase(items.filter((e) => !family || familyOf(e) === family))} />}
    </Stacked>
  );
};
