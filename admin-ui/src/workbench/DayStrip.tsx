import { Box, Paper, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Task } from '../api/types';
import { serverNow } from '../auth/session';
import { daysUntil, localDay, useDates } from '../i18n/dates';

const days = 7;

/** The next seven days with what ends on each, overdue first: the same numbers stand in the tables below. */
export const DayStrip = ({ tasks }: { tasks: Task[] }) => {
  const translate = useTranslate();
  const format = useDates();
  const now = serverNow();
  const due = tasks.flatMap((t) => (t.due ? [daysUntil(t.due, now)] : []));
  const cells = [
    { label: translate('workbench.overdue'), count: due.filter((d) => d < 0).length, bad: true },
    ...Array.from({ length: days }, (_, n) => ({
      label:
        n === 0
          ? translate('workbench.today')
          : format(localDay(new Date(now.getTime() + n * 86_400_000)), 'day').replace(/^\d{4}年|\s\d{4}$/g, ''),
      count: due.filter((d) => d === n).length,
      bad: false,
    })),
  ];
  return (
    <Paper
      component="section"
      aria-label={translate('workbench.strip')}
      sx={{ display: 'grid', gridTemplateColumns: `repeat(${cells.length}, minmax(0, 1fr))` }}
    >
      {cells.map(({ label, count, bad }, index) => (
        <Box key={label} sx={{ p: 1.25, textAlign: 'center', borderLeft: index ? 1 : 0, borderColor: 'divider' }}>
          <Typography variant="body2" color="text.secondary">
            {label}
          </Typography>
          <Typography
            sx={{
              fontSize: '1.35rem',
              fontWeight: 600,
              color: bad && count ? 'error.main' : count ? 'text.primary' : 'text.secondary',
            }}
          >
            {count}
          </Typography>
        </Box>
      ))}
    </Paper>
  );
};
