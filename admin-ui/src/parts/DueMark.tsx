import AlarmOn from '@mui/icons-material/AccessTime';
import ErrorOutline from '@mui/icons-material/ErrorOutlined';
import WarningAmber from '@mui/icons-material/WarningAmber';
import { Box } from '@mui/material';
import { useTranslate } from 'react-admin';
import { serverNow } from '../auth/session';
import { daysUntil } from '../i18n/dates';
import { When } from './When';

const soonDays = 3;

/** A deadline with what is left of it in words: never by colour alone. */
export const DueMark = ({ due, ended }: { due?: string | null; ended?: boolean }) => {
  const translate = useTranslate();
  if (!due) return <>{translate('console.noDeadline')}</>;
  if (ended) return <When at={due} form={due.length === 10 ? 'day' : 'minute'} />;
  const days = daysUntil(due, serverNow());
  if (Number.isNaN(days)) return <>{due}</>;
  const [Icon, color] =
    days < 0 ? [ErrorOutline, 'error.main'] : days <= soonDays ? [WarningAmber, 'warning.main'] : [AlarmOn, 'text.secondary'];
  const left = days < 0 ? 'overdue' : days === 0 ? 'today' : 'left';
  return (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.5, flexWrap: 'wrap' }}>
      <Icon aria-hidden sx={{ color, fontSize: 18 }} />
      <span>
        <When at={due} form={due.length === 10 ? 'day' : 'minute'} /> {translate('console.zone')}
      </span>
      <Box component="strong" sx={{ color, fontWeight: 600 }}>
        {translate(`console.due.${left}`, { smart_count: Math.abs(days) })}
      </Box>
    </Box>
  );
};
