import { useLocaleState } from 'react-admin';

const zone = 'Asia/Shanghai';
const day: Intl.DateTimeFormatOptions = { timeZone: zone, year: 'numeric', month: 'short', day: 'numeric' };
const minute: Intl.DateTimeFormatOptions = { ...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const second: Intl.DateTimeFormatOptions = { ...minute, second: '2-digit' };
const forms = { day, minute, second };

export type DateForm = keyof typeof forms;

/** `2026-11-22` is a local day and must not pass through a time zone. */
const instantOf = (value: string) => new Date(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T12:00:00+08:00` : value);

export const formatDate = (value: string, locale: string, form: DateForm = 'minute'): string => {
  const instant = instantOf(value);
  if (Number.isNaN(instant.getTime())) return value;
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'zh-CN', form === 'day' ? day : forms[form]).format(instant);
};

export const useDates = () => {
  const [locale] = useLocaleState();
  return (value: string, form?: DateForm) => formatDate(value, locale, form);
};

/** The local day in Shanghai, `2026-11-22`; what deadlines are counted by. */
export const localDay = (instant: Date): string => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(instant);

const typed = new Intl.DateTimeFormat('sv-SE', { ...minute, month: '2-digit', day: '2-digit' });

/** What is typed, `2026-11-22T09:00`, is a time in Shanghai, wherever the machine of the officer believes to be. */
export const instantOfTyped = (text: string): string | null => (text ? new Date(`${text}+08:00`).toISOString() : null);

/** The other way; what is in the form of typing already stays. */
export const typedOfInstant = (value: string | null | undefined): string =>
  /(Z|[+-]\d\d:\d\d)$/.test(value ?? '') ? typed.format(new Date(value!)).replace(' ', 'T') : (value ?? '');

/** Whole local days from today to that day; negative when it is past, NaN when it is no date. */
export const daysUntil = (due: string, now: Date): number => {
  const midnight = (text: string) => Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(instantOf(due).getTime())) return Number.NaN; // formatting it would throw
  const dueDay = /^\d{4}-\d{2}-\d{2}$/.test(due) ? due : localDay(new Date(due));
  return Math.round((midnight(dueDay) - midnight(localDay(now))) / 86_400_000);
};
