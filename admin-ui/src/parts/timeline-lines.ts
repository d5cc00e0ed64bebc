import { useLocaleState, useTranslate } from 'react-admin';
import type { BadgeEvent, CaseEvent, OrderEvent, TimelineLine } from '../api/types';

/** Details whose value is a code: shown with its word. */
const lists: Record<string, string> = {
  kind: 'orderKind',
  profile: 'profile',
  verdict: 'verdict',
  outcome: 'reportOutcome',
  clock: 'clockKey',
};
const isId = (value: string) => /^([0-9a-f-]{36}|ev_[0-9A-Z]{26})$/.test(value);

/** Events of the three kinds of records as lines of one and the same timeline, in the language of the screen. */
export const useTimelineLines = () => {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  const state = (kind: string, code: string | null) => (code ? translate(`choice.${kind}.${code}`, { _: code }) : '');
  const detail = ({ kind, details }: OrderEvent): string =>
    Object.entries(details as Record<string, unknown>)
      .filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1].length < 200 && !isId(pair[1]))
      .map(([key, value]) => {
        // A reason is a code only where a look was judged; everywhere else somebody wrote it.
        const list = key === 'reason' && kind === 'observed' ? 'verdictReason' : lists[key];
        return list ? translate(`choice.${list}.${value}`, { _: value }) : value;
      })
      .join(' · ');
  return {
    ofCase: (events: CaseEvent[]): TimelineLine[] =>
      events.map((e) => ({
        key: e.id,
        at: e.happenedAt,
        recordedAt: e.recordedAt,
        sentence: locale === 'en' ? e.en : e.zh,
        more: e.afterClose ? translate('console.afterClose') : null,
        actor: e.actor,
        actorName: e.actorName,
      })),
    ofOrder: (events: OrderEvent[]): TimelineLine[] =>
      events.map((e) => ({
        key: e.id,
        at: e.at,
        sentence: translate(`action.order.${e.kind}`, {
          _: translate(`orderEvent.${e.kind.replaceAll('.', '_')}`, { _: e.kind }),
        }),
        more: [e.toState && e.toState !== e.fromState ? `→ ${state('order', e.toState)}` : '', detail(e)]
          .filter(Boolean)
          .join(' · '),
        actor: e.actor,
      })),
    ofBadge: (events: BadgeEvent[]): TimelineLine[] =>
      events.map((e) => ({
        key: `${e.at}${e.action}`,
        at: e.at,
        sentence: translate(`action.badge.${e.action}`, { _: e.action }),
        more: [`→ ${state('badge', e.toState)}`, e.reason ?? ''].filter(Boolean).join(' · '),
        actor: e.actor,
      })),
  };
};
