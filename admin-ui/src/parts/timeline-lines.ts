import { useLocaleState, useTranslate } from 'react-admin';
import type { BadgeEvent, CaseEvent, OrderEvent, TimelineLine } from '../api/types';

const detail = (details: Record<string, unknown>): string =>
  Object.values(details)
    .filter((value) => typeof value === 'string' && value.length < 200 && !/^[0-9a-f-]{36}$/.test(value))
    .join(' · ');

/** Events of the three kinds of records as lines of one and the same timeline, in the language of the screen. */
export const useTimelineLines = () => {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  const state = (kind: string, code: string | null) => (code ? translate(`choice.${kind}.${code}`, { _: code }) : '');
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
        more: [e.toState && e.toState !== e.fromState ? `→ ${state('order', e.toState)}` : '', detail(e.details)]
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
