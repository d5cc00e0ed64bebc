import Add from '@mui/icons-material/Add';
import { Button } from '@mui/material';
import { useCanAccess, useTranslate } from 'react-admin';
import { Link } from 'react-router-dom';

interface NewButtonProps {
  resource: string;
  initial?: Record<string, unknown>;
  label?: string;
}

/** Opens the form for a new record with what is already known filled in: nothing is typed twice. */
export const NewButton = ({ resource, initial, label }: NewButtonProps) => {
  const translate = useTranslate();
  const { canAccess } = useCanAccess({ resource, action: 'create' });
  if (!canAccess) return null;
  const known = initial ? `?source=${encodeURIComponent(JSON.stringify(initial))}` : '';
  return (
    <Button component={Link} to={`/${resource}/create${known}`} startIcon={<Add />}>
      {label ?? translate('ra.action.create_item', { item: translate(`resources.${resource}.name`, { smart_count: 1 }) })}
    </Button>
  );
};
