import { useTranslate } from 'react-admin';

/** `order.approve` is said as the button that does it; reading and the like have words of their own. */
export const useActWords = () => {
  const translate = useTranslate();
  return (act: string): string => {
    const [room = act, ...rest] = act.split('.');
    const verb = rest.join('_');
    return translate(`choice.auditVerb.${verb}`, { _: translate(`action.${room}.${verb}`, { _: act }) });
  };
};
