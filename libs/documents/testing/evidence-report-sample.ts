import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';
import type { EvidenceReport } from '../rendering/evidence-report-input';

const digest = (algorithm: string, text: string | Buffer): string => createHash(algorithm).update(text).digest('hex');

/** A small picture whose every row is another colour, so that a row that is missing or doubled can be seen. */
export function aPicture(width: number, height: number): Buffer {
  const picture = new PNG({ width, height });
  for (let y = 0; y < height; y += 1)
    picture.data.fill(Buffer.from([y % 256, (y * 7) % 256, 128, 255]), y * width * 4, (y + 1) * width * 4);
  return PNG.sync.write(picture);
}

export function anEvidenceReport(changes: Partial<EvidenceReport> = {}): EvidenceReport {
  const manifest: EvidenceReport['manifest'] = {
    id: 'ev_01KAMJ9ZQ8X4T5V6W7Y8Z9ABCD',
    number: '交市监网证〔2026〕1号',
    agency: { name: '交城县市场监督管理局' },
    case: { ref: '交市监立〔2026〕1号', clue: '交网线〔2026〕1号', factToProve: '网站首页使用绝对化用语宣传商品' },
    makers: [
      { name: '办案人员甲', certificate: '14112200001', role: 'officer' },
      { name: '办案人员乙', certificate: '14112200002', role: 'officer' },
      { name: '技术人员丁', certificate: '', role: 'technician' },
    ],
    place: '交城县市场监督管理局电子取证室',
    request: { urlTyped: 'http://bare.test/', purpose: '固定违法广告', profile: 'desktop' },
    time: {
      startedAt: '2026-11-23T01:00:00.120Z',
      finishedAt: '2026-11-23T01:00:12.345Z',
      clock: { status: 'ok', source: ['ntp-1', 'ntp-2'], offsetMs: 12, uncertaintyMs: 8 },
    },
    tool: {
      software: 'capture',
      version: '0.1.0',
      commit: '',
      browser: 'Chromium 153.0',
      os: 'Linux',
      kernel: '6.1',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
      viewport: { width: 1366, height: 900 },
      locale: 'zh-CN',
      timezone: 'Asia/Shanghai',
    },
    environment: { verdict: 'warn', overrideBy: null, overrideReason: null },
    navigation: {
      urlFinal: 'https://bare.test/index.html',
      redirects: ['http://bare.test/', 'https://bare.test/'],
      status: 200,
      title: '国家级养生配方 \u{1F600}',
      ip: '203.0.113.8',
      tls: {
        protocol: 'TLSv1.3',
        cipher: 'TLS_AES_128_GCM_SHA256',
        leafSha256: digest('sha256', 'leaf'),
        issuer: 'CN=示例根证书',
        validFrom: '2026-01-01',
        validTo: '2027-01-01',
        errors: [],
      },
    },
    outcome: { completeness: 'partial', limits: ['pageTime'], blocked: 2, failed: 1, downloads: [], popups: ['http://ad.test/'] },
    comparison: { vantage: 'main', id: 'ev_01KAMJ9ZQ8X4T5V6W7Y8Z9ABCC', text: 'same', picture: 'different' },
    files: ['content/capture.wacz', 'content/screen/first.png', 'record/environment.json'].map((path, index) => ({
      path,
      role: 'record',
      mediaType: ['application/wacz', 'image/png', 'application/json'][index]!,
      title: ['网页存档', '首屏截图', '环境检查'][index]!,
      size: 1000 * (index + 1),
      sha256: digest('sha256', path),
      sm3: digest('sm3', path),
    })),
  };
  const manifestBytes = Buffer.from(JSON.stringify(manifest));
  return {
    manifest,
    manifestBytes,
    manifestSha256: digest('sha256', manifestBytes),
    manifestSm3: digest('sm3', manifestBytes),
    checks: [
      { id: 'E02', result: 'pass', expected: '全新', observed: '全新' },
      { id: 'E07', result: 'warn', expected: '两路应答一致', observed: '第二路无应答' },
    ],
    attempts: [
      { at: '2026-11-23T00:50:00.000Z', number: '交市监网证〔2026〕0号', outcome: '失败', reason: '连接超时' },
      { at: '2026-11-23T01:00:00.000Z', number: '交市监网证〔2026〕1号', outcome: '部分', reason: '页面加载时间超限' },
    ],
    screens: [
      { path: 'content/screen/first.png', title: '首屏截图', sha256: digest('sha256', 'first'), png: aPicture(40, 30) },
      { path: 'content/screen/full-0001.png', title: '全页截图', sha256: digest('sha256', 'full'), png: aPicture(40, 130) },
    ],
    attestations: [
      {
        way: 'notary',
        by: '交城县公证处',
        at: '2026-11-23T01:30:00.000Z',
        number: 'E-141122-2026-000009',
        title: '公证书.pdf',
        sha256: digest('sha256', 'notary'),
      },
    ],
    vantage: 'mobile-net',
    statement: {
      scene: 'onSite',
      entry: '平台首页搜索店铺名称，进入店铺首页',
      access: 'public',
      technician: '技术人员丁（交城县信息中心）',
      holder: 'absent',
      noWitness: '现场没有适合的见证人，已全程录像',
    },
    checklist: [
      {
        id: 'how.screen',
        zh: '整页截图(首屏、全长)',
        required: 'M',
        state: 'met',
        mark: 'F',
        sources: [{ law: '电子商务信用管理制度', article: '21', mark: 'F' }],
        files: ['content/screen/first.png', 'content/screen/full-0001.png', 'content/screen/full-0002.png'],
      },
      {
        id: 'where.ip',
        zh: '目标IP、DNS解析结果',
        required: 'M',
        state: 'met',
        mark: 'F2',
        sources: [{ law: 'DB3202/T 1024-2021', article: '', mark: 'F2' }],
        files: ['record/dns.jsonl'],
      },
      {
        id: 'keep.medium',
        zh: '存储介质、份数、封存编号',
        required: 'M',
        state: 'missing',
        mark: 'F',
        sources: [{ law: '程序规定', article: '26', mark: 'F' }],
        files: [],
      },
      {
        id: 'how.purchase',
        zh: '交易过程记录(网购取证)',
        required: 'C',
        state: 'notApplicable',
        mark: 'F',
        sources: [],
        files: [],
      },
      { id: 'link.case', zh: '案件/线索编号、待证事实', required: 'M', state: 'met', mark: 'I', sources: [], files: [] },
    ],
    received: null,
    certificateErrors: null,
    withdrawn: null,
    checkpoint: {
      note: 'aj.test/evidence/2026\n12\n5Lio5Lio5Lio5Lio5Lio5Lio5Lio5Lio5Lio5Lio5Lg=\n',
      at: '2026-11-23T01:50:00.000Z',
      holds: true,
    },
    stamps: [],
    at: new Date('2026-11-23T02:00:00.000Z'),
    ...changes,
  };
}
