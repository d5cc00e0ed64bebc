import type { Report } from './report';
import { FINDINGS, LABELS, LEVEL_NAMES, REASONS, RESULTS, STEP_NAMES, VERDICTS, type Language } from './wording';

/** The report for people. Says always what is not proved. */
export function reportText(report: Report, language: Language): string {
  const label = (key: keyof typeof LABELS) => LABELS[key][language];
  const colon = language === 'zh' ? '：' : ': ';
  const line = (key: keyof typeof LABELS, value: string) => `${label(key)}${colon}${value}`;
  const entry = (words: string, code: string, subject: string, detail: string) =>
    `  ${code}  ${words}${colon}${subject}${detail && ` (${detail})`}`;
  const { package: about, reasons, beyond, findings } = report;
  return [
    line('verdict', `${VERDICTS[report.verdict][language]}${language === 'zh' ? ` (${report.verdict})` : ''}`),
    line('level', `L${report.level} ${LEVEL_NAMES[report.level][language]}`),
    line('required', `L${report.requiredLevel}`),
    line('package', about.id ?? '–'),
    line('number', about.number ?? '–'),
    line('manifest', about.manifestSha256 ?? '–'),
    line('trust', report.trustSha256),
    line('at', report.at),
    label('steps') + colon,
    ...report.steps.map(({ step, result }) => `  ${step} ${STEP_NAMES[step][language]}${colon}${RESULTS[result][language]}`),
    ...(reasons.length > 0 ? [label('reasons') + colon] : []),
    ...reasons.map(({ code, subject, detail }) => entry(REASONS[code][language], code, subject, detail)),
    ...(beyond.length > 0 ? [label('beyond') + colon] : []),
    ...beyond.map(({ code, subject, detail }) => entry(REASONS[code][language], code, subject, detail)),
    ...(findings.length > 0 ? [label('findings') + colon] : []),
    ...findings.map(({ code, subject, detail }) => entry(FINDINGS[code][language], code, subject, detail)),
    ...(report.package.form === 'file' && reasons.some(({ step }) => step === 'V0') ? [label('repacked')] : []),
    label('notProved'),
    '',
  ].join('\n');
}
