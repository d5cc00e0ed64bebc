import { useTranslate } from 'react-admin';

/** Values of a code list with their words in the language of the screen. */
export const useChoices = () => {
  const translate = useTranslate();
  return (list: string, values: string[]) => values.map((id) => ({ id, name: translate(`choice.${list}.${id}`, { _: id }) }));
};

export const useWord = () => {
  const translate = useTranslate();
  return (list: string, value?: string | null) => (value ? translate(`choice.${list}.${value}`, { _: value }) : '');
};
