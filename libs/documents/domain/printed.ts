import { localDate } from '../../kernel';
import { chineseNumber, citationText, type PrintedCitation } from './citation';
import { isBlank } from './template';

const record = (value: unknown): Record<string, unknown> => value as Record<string, unknown>;

/** `2026年11月22日`. */
export function dayZh(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${year}年${month}月${date}日`;
}

/** `2026年11月22日10时05分`, as clocks in Shanghai show it. */
export function instantZh(instant: Date): string {
  const [hour, minute] = new Date(instant.getTime() + 8 * 3_600_000).toISOString().slice(11, 16).split(':');
  return `${dayZh(localDate(instant))}${hour}时${minute}分`;
}

/** The day in characters, `二〇二六年十一月二十二日`, for the place of the seal. */
export function dayInWords(day: string): string {
  const [year, month, date] = day.split('-');
  const words = [...year!].map((digit) => '〇一二三四五六七八九'[Number(digit)]).join('');
  return `${words}年${chineseNumber(Number(month))}月${chineseNumber(Number(date))}日`;
}

export function sizeZh(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} 字节`;
}

function carrier(value: unknown): string {
  const { name, domain, url, ip, icpNo, account, accessProvider } = record(value);
  return [
    name,
    domain && `域名 ${domain}`,
    url && `网址 ${url}`,
    ip && `IP ${ip}`,
    icpNo,
    account && `账号 ${account}`,
    accessProvider && `接入商 ${accessProvider}`,
  ]
    .filter(Boolean)
    .join('，');
}

function person(value: unknown): string {
  if (typeof value === 'string') return value;
  const { name, at, note } = record(value);
  return [name, note, typeof at === 'string' ? instantZh(new Date(at)) : ''].filter(Boolean).join(' ');
}

function citation(value: unknown): string {
  const { wording } = value as PrintedCitation;
  return citationText(value as PrintedCitation) + (wording ? `：“${wording}”` : '');
}

function penalty(value: unknown): string {
  if (typeof value === 'string') return value;
  const { content, basis } = record(value) as { content: string; basis?: PrintedCitation[] };
  return basis?.length ? `依据${basis.map(citation).join('、')}，${content}` : content;
}

function item(value: unknown): string {
  if (typeof value === 'string') return value;
  const { name, type, size } = record(value) as { name: string; type?: string; size?: number };
  return [name, type, size === undefined ? '' : sizeZh(size)].filter(Boolean).join('，');
}

const inOneLine = (print: (value: unknown) => string) => (value: unknown) => [(value as unknown[]).map(print).join('、')];
const numbered = (print: (value: unknown) => string) => (value: unknown) => {
  const values = value as unknown[];
  return values.length === 1 ? [print(values[0])] : values.map((one, index) => `${index + 1}.${print(one)}`);
};

/** How a value of each field type is printed: its paragraphs. Types without a line are plain text. */
const PRINTERS: Record<string, (value: unknown) => string[]> = {
  date: (value) => [dayZh(value as string)],
  datetime: (value) => [instantZh(new Date(value as string))],
  bool: (value) => [value ? '是' : '否'],
  money: (value) => [`人民币${((value as number) / 100).toFixed(2)}元`],
  'law[]': inOneLine(citation),
  'officer[2..]': inOneLine((value) => `${String(record(value).name)}（执法证号：${String(record(value).certificate)}）`),
  'enum[]': inOneLine(String),
  'media[]': numbered(String),
  'file[]': numbered(String),
  steps: numbered(String),
  list: numbered(item),
  'penalty[]': numbered(penalty),
  'carrier[]': numbered(carrier),
  carrier: (value) => [carrier(value)],
  party: (value) => [person(value)],
  signature: (value) => [person(value)],
  approval: (value) => [String(record(value).opinion)],
  'exhibit[]': numbered((value) => String(record(value).name)),
};

/** The paragraphs that `value` of a field of `type` prints as; a blank prints as nothing. */
export function printed(type: string, value: unknown): string[] {
  if (isBlank(value)) return [];
  return (PRINTERS[type] ?? ((text) => String(text).split('\n')))(value);
}
