import { FINDINGS, LABELS, type Language, LEVEL_NAMES, REASONS, type Reason, type Report, RESULTS, STEP_NAMES, type StepResult, type Verdict, VERDICTS } from '../../../../libs/proof/browser'; // prettier-ignore

const TONE_OF_VERDICT: Record<Verdict, string> = { PASSED: 'green', FAILED: 'red', INDETERMINATE: 'amber' };
const TONE_OF_RESULT: Record<StepResult, string> = { passed: 'green', failed: 'red', indeterminate: 'amber', notDone: 'grey' };

/** Everything that a package says goes in as text: its paths and details were written by whoever made the file. */
function element(name: string, className: string, ...inside: (Node | string | null)[]): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...inside.filter((part) => part !== null));
  return made;
}

/** A shape for every tone, from the templates of the page: colour is never alone in saying what it says. */
const icon = (tone: string): Node => (document.getElementById(`icon-${tone}`) as HTMLTemplateElement).content.cloneNode(true);

export function showReport(report: Report, fileName: string, language: Language): DocumentFragment {
  const label = (key: keyof typeof LABELS): string => LABELS[key][language];
  const tone = TONE_OF_VERDICT[report.verdict];
  const heading = element(
    'div',
    '',
    element('h2', '', `${label('verdict')}${language === 'zh' ? '：' : ': '}${VERDICTS[report.verdict][language]}`),
  );
  heading.append(element('p', 'why', `L${report.level} ${LEVEL_NAMES[report.level][language]}`));
  const shown = document.createDocumentFragment();
  shown.append(
    element(
      'section',
      `card verdict ${tone}`,
      element('header', '', icon(tone), heading),
      facts(report, fileName, label),
      reasons(label('reasons'), report.reasons, language),
      hint(report, language),
    ),
    steps(report, language),
  );
  const beside = element(
    'section',
    'card',
    reasons(label('beyond'), report.beyond, language),
    list(
      label('findings'),
      report.findings.map(({ code, subject, detail }) => line('amber', FINDINGS[code][language], code, subject, detail)),
    ),
  );
  if (beside.childElementCount > 0) shown.append(beside);
  return shown;
}

/** A stranger is told first what he most likely holds: no package at all, or one that somebody packed again. */
function hint({ package: about, reasons: given }: Report, language: Language): HTMLElement | null {
  if (about.form !== 'file' || !given.some(({ step }) => step === 'V0')) return null;
  const isNone = about.manifestSha256 === null && given.some(({ code }) => code === 'CONTAINER_MALFORMED');
  if (!isNone) return element('p', 'quiet', LABELS.repacked[language]);
  const none =
    language === 'zh'
      ? '该文件不是电子证据包（扩展名 .evp），或者已损坏到无法辨认。请向提供者索取原始文件。'
      : 'This file is no evidence package (.evp), or is damaged beyond recognition. Ask whoever gave it to you for the original file.';
  return element('p', '', none);
}

/** What is no verdict about the package: the trust bundle or the file can not be read. */
export function showFault(message: string, language: Language): HTMLElement {
  const title = language === 'zh' ? '不能核验' : 'Can not verify';
  return element(
    'section',
    'card verdict grey',
    element('header', '', icon('grey'), element('div', '', element('h2', '', title), element('p', 'why', message))),
  );
}

function facts(
  { package: about, requiredLevel, trustSha256, at }: Report,
  fileName: string,
  label: (key: keyof typeof LABELS) => string,
): HTMLElement {
  const rows: [string, string | null, string?][] = [
    [label('package'), fileName],
    [label('number'), about.number],
    ['ID', about.id],
    [label('required'), `L${requiredLevel}`],
    [label('manifest'), about.manifestSha256, 'digest'],
    [label('trust'), trustSha256, 'digest'],
    [label('at'), at],
  ];
  const found = rows.filter(([, value]) => value !== null);
  return element(
    'dl',
    '',
    ...found.flatMap(([name, value, className = '']) => [
      element('dt', '', name),
      element('dd', '', element('span', className, value)),
    ]),
  );
}

function steps(report: Report, language: Language): HTMLElement {
  const rows = report.steps.map(({ step, result }) =>
    element(
      'li',
      `row ${TONE_OF_RESULT[result]}`,
      icon(TONE_OF_RESULT[result]),
      element('span', '', `${step} ${STEP_NAMES[step][language]}`),
      element('span', 'said', RESULTS[result][language]),
    ),
  );
  return element('section', 'card', element('h2', '', LABELS.steps[language]), element('ul', 'plain steps', ...rows));
}

const reasons = (title: string, found: readonly Reason[], language: Language): HTMLElement | null =>
  list(
    title,
    found.map(({ code, effect, subject, detail }) =>
      line(effect === 'failed' ? 'red' : 'amber', REASONS[code][language], code, subject, detail),
    ),
  );

const list = (title: string, items: HTMLElement[]): HTMLElement | null =>
  items.length > 0 ? element('div', 'told', element('h3', '', title), element('ul', 'plain', ...items)) : null;

function line(tone: string, words: string, code: string, subject: string, detail: string): HTMLElement {
  const where = [subject, detail].filter(Boolean).join(' · ');
  return element(
    'li',
    `row ${tone}`,
    icon(tone),
    element(
      'span',
      '',
      element('strong', '', words),
      document.createElement('br'),
      element('span', 'quiet', `${code}  ${where}`),
    ),
  );
}
