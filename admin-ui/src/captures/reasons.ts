import { useLocaleState, useTranslate } from 'react-admin';
import { useWord } from '../parts/choices';

/** Codes of the network and of the browser that mean the same to an officer. The code itself is told beside, for the administrator. */
const sameMeaning: [RegExp, string][] = [
  [/^(ECONNREFUSED|net::ERR_CONNECTION_REFUSED)$/, 'connectionRefused'],
  [/^(ETIMEDOUT|net::ERR_(CONNECTION_)?TIMED_OUT|noAnswerInTime)$/, 'noAnswerInTime'],
  [/^(EHOSTUNREACH|ENETUNREACH|net::ERR_(ADDRESS_UNREACHABLE|INTERNET_DISCONNECTED|TUNNEL_CONNECTION_FAILED))$/, 'unreachable'],
  [/^(ECONNRESET|EPIPE|connectionLost|closedByBrowser|answerNotHttp|net::ERR_(CONNECTION_(RESET|CLOSED|ABORTED)|EMPTY_RESPONSE))$/, 'noAnswer'],
  [/^net::ERR_(CERT_\w+|SSL_\w+|BAD_SSL_\w+)$/, 'certificate'],
  [/^net::ERR_TOO_MANY_REDIRECTS$/, 'redirects'],
  [/^net::ERR_(INVALID_RESPONSE|INVALID_HTTP_RESPONSE|HTTP2_PROTOCOL_ERROR|RESPONSE_\w+|CONTENT_\w+)$/, 'badAnswer'],
  [/^vantage /, 'vantage'],
  [/^address\./, 'address'],
  [/^(pageCrashed|browserCrashed)$/, 'crashed'],
  [/^browserNotStarted\b/, 'browserNotStarted'],
  [/^download\b/, 'download'],
  [/^(egressClosed|loadingStopped|notPrepared|stagingNotEmpty)$/, 'interrupted'],
]; // prettier-ignore

/** Why there is no evidence, in words; what the machine said follows in brackets where the words say less. */
export const useReason = () => {
  const translate = useTranslate();
  const word = useWord();
  const [locale] = useLocaleState();
  return (reason: string): string => {
    const beside = locale === 'en' ? ` (${reason})` : `（${reason}）`;
    const said = (name: string) => translate(`choice.captureReason.${name}`, { _: '' });
    const [, when, checks] = /^environment( after)?: ([E0-9 ]+)$/.exec(reason) ?? [];
    if (checks) {
      const failed = checks.split(' ').map((id) => `${id} ${word('environmentCheck', id)}`);
      return `${said(when ? 'environmentAfter' : 'environmentBefore')}${failed.join(locale === 'en' ? ', ' : '、')}`;
    }
    const meaning = sameMeaning.find(([code]) => code.test(reason))?.[1];
    if (meaning) return said(meaning) + beside;
    return said(reason) || said('other') + beside;
  };
};

/** `screen 3` is the step `screen` with a number; dots cannot stand in a key. */
export const stepParts = (step: string): [name: string, n: string] => {
  const [, name, n] = /^(.*?)(?: (\d+))?$/.exec(step) ?? [];
  return [(name ?? step).replaceAll('.', '_'), n ?? ''];
};

/** A step with its number in words; one without a word of ours stays as the recorder wrote it. */
export const useStepName = () => {
  const translate = useTranslate();
  return (step: string): string => {
    const [name, n] = stepParts(step);
    return `${translate(`step.${name}`, { n, _: step })} ${n}`.trim();
  };
};

/** What there is to know of a step while it happens, in words. The record itself is in the package, untranslated. */
export const useStepDetail = () => {
  const word = useWord();
  const reason = useReason();
  return (step: string, detail: string): string => {
    const [name] = stepParts(step);
    if (name === 'goto' || name === 'redirect' || name === 'picture' || name === 'popup') return detail;
    if (name === 'page') return detail === 'page' ? '' : word('pageKind', detail);
    if (name === 'limit') return word('limit', detail);
    if (name === 'env_before' || name === 'env_after') {
      const [verdict = '', ...failed] = detail.split(' ');
      return [word('environment', verdict), ...failed].join(' ');
    }
    if (name === 'idle') return detail === 'quiet' ? '' : word('stepDetail', 'notQuiet');
    const ended = name === 'close' && /^(?:failed|refused): (.*)$/s.exec(detail);
    if (ended) return reason(ended[1] ?? '');
    return '';
  };
};
