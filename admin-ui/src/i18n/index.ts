import polyglotI18nProvider from 'ra-i18n-polyglot';
import englishOfReactAdmin from 'ra-language-english';
import { speak } from '../api/http';
import { en } from './en';
import { zh } from './zh';
import { zhReactAdmin } from './zh-react-admin';

const messages = {
  zh: { ...zhReactAdmin, ...zh },
  en: { ...englishOfReactAdmin, ...en },
};

/** The language chosen last is kept in the browser, where react-admin's store puts it; the first visit is Chinese. */
export const i18nProvider = polyglotI18nProvider(
  (locale) => {
    speak(locale);
    document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en';
    return messages[locale === 'en' ? 'en' : 'zh'];
  },
  'zh',
  [
    { locale: 'zh', name: '中文' },
    { locale: 'en', name: 'English' },
  ],
  { allowMissing: true },
);
