import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Clock } from '../../api/types';
import { useOwnWords } from '../../parts/own-words';

/** How the server counted from the event to the due day, line by line, with the rule it rests on. */
export const Calculation = ({ clock }: { clock: Clock }) => {
  const translate = useTranslate();
  const own = useOwnWords();
  return (
    <Box sx={{ p: 1, mt: 0.5, bgcolor: 'background.default', border: 1, borderColor: 'divider' }}>
      <Typography variant="body2">
        {translate('console.clock.basis')} {clock.basisZh}
        {clock.basis.mark === 'F' ? '' : `（${translate(`choice.mark.${clock.basis.mark ?? 'I'}`)}）`}
      </Typography>
      <Box component="ol" sx={{ m: 0, pl: 2.5 }}>
        {clock.explanation.map((line, index) => (
          <li key={index}>{own(line)}</li>
        ))}
      </Box>
      {clock.provisional && <Typography variant="body2">{translate('console.clock.provisional')}</Typography>}
    </Box>
  );
};
