import { useTranslate } from 'react-admin';
import { useDates, type DateForm } from '../i18n/dates';

/** A time in Shanghai. `zone` writes that out, which deadlines always do. */
export const When = ({ at, form, zone }: { at?: string | null; form?: DateForm; zone?: boolean }) => {
  const format = useDates();
  const translate = useTranslate();
  if (!at) return null;
  return (
    <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>
      {format(at, form)}
      {zone ? ` ${translate('console.zone')}` : ''}
    </time>
  );
};
