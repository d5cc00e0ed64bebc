import Cancel from '@mui/icons-material/CancelOutlined';
import CheckCircle from '@mui/icons-material/CheckCircleOutlined';
import Circle from '@mui/icons-material/RadioButtonUnchecked';
import HelpOutline from '@mui/icons-material/HelpOutlined';
import HourglassEmpty from '@mui/icons-material/HourglassEmpty';
import Inventory from '@mui/icons-material/Inventory2Outlined';
import PauseCircle from '@mui/icons-material/PauseCircleOutlined';
import PlayCircle from '@mui/icons-material/PlayCircleOutlined';
import WarningAmber from '@mui/icons-material/WarningAmber';
import { Chip, type ChipProps } from '@mui/material';
import { useTranslate } from 'react-admin';
import { toneOf, type Tone } from './tones';

const looks: Record<Tone, { color: ChipProps['color']; Icon: typeof Circle }> = {
  waiting: { color: 'default', Icon: HourglassEmpty },
  fresh: { color: 'info', Icon: Circle },
  running: { color: 'info', Icon: PlayCircle },
  good: { color: 'success', Icon: CheckCircle },
  warning: { color: 'warning', Icon: WarningAmber },
  paused: { color: 'warning', Icon: PauseCircle },
  bad: { color: 'error', Icon: Cancel },
  unknown: { color: 'default', Icon: HelpOutline },
  over: { color: 'default', Icon: Inventory },
};

/** A state is always a word with a sign beside it, so that it does not depend on seeing colours. */
export const StateMark = ({ kind, state, label }: { kind: string; state?: string | null; label?: string }) => {
  const translate = useTranslate();
  if (!state) return null;
  const { color, Icon } = looks[toneOf(kind, state)];
  return (
    <Chip
      size="small"
      variant="outlined"
      color={color}
      icon={<Icon aria-hidden fontSize="small" />}
      label={label ?? translate(`choice.${kind}.${state}`, { _: state })}
      data-state={state}
    />
  );
};
