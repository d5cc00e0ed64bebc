import { citationZh, type Deadline, type Step } from '../../kernel';
import type { CaseClock } from './case-clock';

export interface ExplanationLine {
  kind: Step['kind'] | 'warning' | 'basis';
  from: string;
  to: string;
  days: number;
  zh: string;
  en: string;
}

const UNIT_ZH = { workday: '个工作日', day: '日', month: '个月', year: '年', hour: '小时' } as const;
const UNIT_EN = { workday: 'working days', day: 'days', month: 'months', year: 'years', hour: 'hours' } as const;

const span = (step: Step) => (step.from === step.to ? step.from : `${step.from} – ${step.to}`);

/** "Why this date?": one line for each stretch of days, in the order in which they passed. */
export function explain(clock: CaseClock, deadline: Deadline): ExplanationLine[] {
  const { basis } = clock;
  const first: ExplanationLine = {
    kind: 'basis',
    from: deadline.steps[0]!.from,
    to: deadline.due,
    days: clock.n,
    zh: `${citationZh(basis)}: ${clock.n}${UNIT_ZH[clock.unit]}`,
    en: `${basis.law} art. ${basis.article}${basis.mark === 'F' ? '' : ' (to be confirmed)'}: ${clock.n} ${UNIT_EN[clock.unit]}`,
  };
  const lines = deadline.steps.map((step): ExplanationLine => ({
    kind: step.kind,
    from: step.from,
    to: step.to,
    days: step.days,
    ...wordsOf(step, clock),
  }));
  const warnings = deadline.unconfirmedYears.map((year): ExplanationLine => ({
    kind: 'warning',
    from: `${year}-01-01`,
    to: `${year}-12-31`,
    days: 0,
    zh: `${year}年放假安排尚未导入正式通知,结果为暂定`,
    en: `The official holiday notice for ${year} is not loaded; the date is provisional`,
  }));
  return [first, ...lines, ...warnings];
}

function wordsOf(step: Step, clock: CaseClock): { zh: string; en: string } {
  switch (step.kind) {
    case 'event':
      return { zh: `${step.from} 起算事由发生,当日不计入`, en: `${step.from}: the event; its own day is not counted` };
    case 'counted':
      return { zh: `${span(step)} 计 ${step.days} 日`, en: `${span(step)}: ${step.days} counted` };
    case 'notCounted':
      return {
        zh: `${span(step)} ${step.note ?? '休息日'},不计 ${step.days} 日`,
        en: `${span(step)}: ${step.days} not counted (${step.note ?? 'days of rest'})`,
      };
    case 'paused':
      return {
        zh: `${span(step)} 期限中止,不计 ${step.days} 日`,
        en: `${span(step)}: ${step.days} not counted, the clock was paused`,
      };
    case 'extended':
      return step.note === 'until'
        ? { zh: `延长至 ${step.to}`, en: `Extended to ${step.to}` }
        : {
            zh: `批准延长 ${step.days}${UNIT_ZH[(step.note ?? clock.unit) as keyof typeof UNIT_ZH]}`,
            en: `Extended by ${step.days} ${UNIT_EN[(step.note ?? clock.unit) as keyof typeof UNIT_EN]}`,
          };
    case 'rolled':
      return {
        zh: `${step.from} 为${step.note ?? '休息日'},顺延至 ${step.to}`,
        en: `${step.from} is a day off (${step.note ?? 'day of rest'}); the end moves to ${step.to}`,
      };
    case 'due':
      return { zh: `${step.to} 届满(北京时间当日24时)`, en: `${step.to}: the end, at midnight (Asia/Shanghai)` };
  }
}
