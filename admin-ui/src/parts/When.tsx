import { useDates, type DateForm } from '../i18n/dates';

/** A time in Shanghai, for the eye and for machines. */
export const When = ({ at, form }: { at?: string | null; form?: DateForm }) => {
  const format = useDates();
  if (!at) return <>—</>;
  return (
    <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>
      {format(at, form)}
    </time>
  );
};
