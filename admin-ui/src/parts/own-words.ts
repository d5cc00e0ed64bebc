import { useLocaleState } from 'react-admin';

/** Records that bring their own words in both languages. */
export const useOwnWords = () => {
  const [locale] = useLocaleState();
  return (record: { zh: string; en: string }) => (locale === 'en' ? record.en : record.zh);
};
