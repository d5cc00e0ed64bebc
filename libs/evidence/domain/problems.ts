import { defineProblems, refusal } from '../../kernel';

/** Everything evidence can refuse. */
export const EvidenceProblem = defineProblems('evidence', {
  notFound: refusal({ status: 404, title: 'Not found', zh: '未找到' }),
  urlNotCapturable: refusal<{ reason: UrlFault }>({
    status: 422,
    title: 'This address cannot be captured',
    zh: '该网址不能采集',
  }),
  notFixed: refusal<{ state: string }>({ status: 409, title: 'The evidence is not fixed', zh: '证据尚未固定' }),
  fileNotFound: refusal({ status: 404, title: 'Not found', zh: '未找到' }),
  exportNotReady: refusal<{ state: string }>({ status: 409, title: 'The export is not ready', zh: '导出文件尚未生成' }),
  comparisonBusy: refusal({
    status: 503,
    title: 'Other comparisons are being made; ask again',
    zh: '正在进行其他比对，请稍后再试',
  }),
  blobDamaged: refusal<{ path: string }>({
    status: 500,
    title: 'A stored file no longer has its digest',
    zh: '已存文件的校验值不符',
  }),
});

export type UrlFault = 'not-http' | 'has-credentials' | 'too-long' | 'malformed';

/** Why an address is refused at the door; what it resolves to is judged by the egress, per connection. Null when it may be tried. */
export function urlFault(url: string): UrlFault | null {
  if (Buffer.byteLength(url) > 8192) return 'too-long';
  if (!URL.canParse(url)) return 'malformed';
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return 'not-http';
  return username || password ? 'has-credentials' : null;
}
