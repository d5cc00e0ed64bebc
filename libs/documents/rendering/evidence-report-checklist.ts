import type { Content } from 'pdfmake/interfaces';
import { articleZh } from '../domain/citation';
import type { ReportChecklistLine, ReportStatement } from './evidence-report-input';

const NEEDS: Record<string, string> = { M: '必备', S: '应有', C: '视情况' };
const STATES: Record<string, string> = { met: '已具备', missing: '缺少', notApplicable: '不适用' };
const ACCESS: Record<string, string> = { public: '公开网页', account: '登录账号', backOffice: '平台后台' };
/** Files of a kind are told by their first; a page may have a hundred pictures. */
const MOST_FILES = 2;

/** `21, 22` → 第二十一条、第二十二条. */
const articles = (text: string): string =>
  text
    .split(/,\s*/)
    .filter(Boolean)
    .map((one) => (/^\d+-\d+$/.test(one) ? `第${one.replace('-', '至')}条` : articleZh(one)))
    .join('、');

/** What was not read as law says so: handbook 15, and only mark F may stand as law. */
const basis = ({ sources, mark }: ReportChecklistLine): string =>
  sources.map(({ law, article, mark: m }) => `《${law}》${articles(article)}${m === 'F' ? '' : '（待确认）'}`).join('；') ||
  (mark === 'I' ? '本系统要求' : '');

const shown = (files: readonly string[]): string =>
  files.length > MOST_FILES ? `${files.slice(0, MOST_FILES).join('、')} 等 ${files.length} 个文件` : files.join('、');

/** Every line of the checklist (handbook 9.2) as it stood when the report was made; what does not apply is left out. */
export function checklistRows(lines: readonly ReportChecklistLine[]): Content[][] {
  const small = (text: string, alignment: 'left' | 'center' = 'left'): Content => ({
    text,
    fontSize: 8.5,
    lineHeight: 1.1,
    alignment,
  });
  return lines
    .filter(({ state, required }) => state !== 'notApplicable' || required === 'M')
    .map((line) => [
      { stack: [small(line.zh), ...(line.files.length ? [small(`见 ${shown(line.files)}`)] : [])] },
      small(NEEDS[line.required] ?? line.required, 'center'),
      small(STATES[line.state] ?? line.state, 'center'),
      small(basis(line)),
    ]);
}

/** What the officers said of the fixation, in the words of form 12; only what was said. */
export function statementFacts(statement: ReportStatement | null): (readonly [label: string, value: string])[] {
  if (!statement) return [];
  const { scene, entry, access, accountName, accountSource, technician, holder, holderName, witness, noWitness } = statement;
  const rows: [string, string | undefined][] = [
    ['提取方式', scene === 'onSite' ? '现场提取' : '网络在线（远程）提取'],
    ['进入路径', entry],
    ['访问方式', access && [ACCESS[access], accountName, accountSource && `来源：${accountSource}`].filter(Boolean).join('，')],
    ['辅助人员', technician],
    ['持有人到场', holder && (holder === 'present' ? `到场：${holderName ?? ''}` : '未到场')],
    ['见证人', witness ?? (noWitness && `无见证人，理由：${noWitness}`)],
    ['备案查询', statement.registration],
    ['交易过程', statement.purchase],
    ['录像编号', statement.recording],
  ];
  return rows.filter((row): row is [string, string] => Boolean(row[1]));
}

export const CHECKLIST_NOTE = `清单依照取证要求逐项列出；“缺少”的必备项目在封存前须补齐。标注“待确认”的依据未经本系统核对原文。`;
export const CHECKLIST_WIDTHS = ['*', 34, 40, 150];
export const CHECKLIST_HEAD = ['项目和所在文件', '要求', '结果', '依据'];
