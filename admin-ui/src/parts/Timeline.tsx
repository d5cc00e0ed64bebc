import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { TimelineLine } from '../api/types';
import { When } from './When';
import { Who } from './Who';

/** Events of a file in order: when it happened, what, by whom, and when it was recorded where that differs. */
export const Timeline = ({ events }: { events: TimelineLine[] }) => {
  const translate = useTranslate();
  if (events.length === 0) return <Typography color="text.secondary">{translate('console.nothing')}</Typography>;
  return (
    <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0 }}>
      {events.map((event) => (
        <Box
          component="li"
          key={event.key}
          sx={{
            position: 'relative',
            pl: 3,
            pb: 2,
            '&::before': {
              content: '""',
              position: 'absolute',
              left: 4,
              top: 6,
              width: 8,
              height: 8,
              borderRadius: '50%',
              bgcolor: 'primary.main',
            },
            '&:not(:last-child)::after': {
              content: '""',
              position: 'absolute',
              left: 7.5,
              top: 18,
              bottom: -2,
              width: '1px',
              bgcolor: 'divider',
            },
          }}
        >
          <Typography component="div" sx={{ fontWeight: 500 }}>
            {event.sentence}
            {event.more && (
              <Typography component="span" color="text.secondary">
                {' '}
                {event.more}
              </Typography>
            )}
          </Typography>
          <Typography component="div" variant="body2" color="text.secondary">
            <When at={event.at} form="second" />
            {(event.actorName || event.actor) && (
              <>
                {' · '}
                <Who id={event.actor} name={event.actorName} />
              </>
            )}
            {event.recordedAt && event.recordedAt !== event.at ? (
              <>
                {' · '}
                {translate('console.recorded')} <When at={event.recordedAt} form="second" />
              </>
            ) : null}
          </Typography>
        </Box>
      ))}
    </Box>
  );
};
