import { compareText, utf8 } from '../bytes';
import { digestsOf } from '../digests';
import type { Manifest, ManifestFile } from '../manifest/manifest';

export const PACKAGE_ID = 'ev_01KAMJ9ZQ8X4T5V6W7Y8Z9ABCD';
export const ORIGIN = 'aj.test/evidence/2026';

/** A manifest that fits, over the given files. */
export function aManifest(files: Record<string, Uint8Array>, changes: Partial<Manifest> = {}): Manifest {
  return {
    schema: 'evidence-manifest/1',
    id: PACKAGE_ID,
    number: '示市监网证〔2026〕1号',
    kind: 'web_capture',
    agency: { division: '110105', name: '示例区市场监督管理局', ledger: ORIGIN },
    case: { ref: null, clue: '示市监线索〔2026〕7号', factToProve: '网页未公示营业执照信息' },
    makers: [
      { name: '办案人员甲', certificate: '执法证-0001', role: 'officer', account: 'officer-a' },
      { name: '办案人员乙', certificate: '执法证-0002', role: 'officer', account: 'officer-b' },
    ],
    place: '示例区市场监督管理局网监室',
    request: {
      jobId: '01KAMJ9ZQ8X4T5V6W7Y8Z9ABCE',
      urlTyped: 'http://shop.test/',
      purpose: '核查亮照情况',
      profile: 'desktop',
      entrySha256: digestsOf(utf8('entry')).sha256,
      requestedAt: '2026-11-22T03:29:00.000Z',
    },
    notBefore: null,
    time: {
      startedAt: '2026-11-22T03:29:30.000Z',
      finishedAt: '2026-11-22T03:29:42.000Z',
      monotonicMs: 12000,
      clock: { status: 'ok', source: ['ntp-1', 'ntp-2'], offsetMs: 3, uncertaintyMs: 10, checkedAt: '2026-11-22T03:29:29.000Z' },
    },
    tool: {
      software: 'capture',
      version: '0.1.0',
      commit: '',
      imageSha256: null,
      node: '24.21.0',
      browser: 'Chromium 153',
      browserSha256: null,
      os: 'Linux',
      kernel: '6.1',
      fontsSha256: null,
      flags: [],
      userAgent: 'Mozilla/5.0',
      viewport: { width: 1366, height: 900 },
      locale: 'zh-CN',
      timezone: 'Asia/Shanghai',
    },
    environment: { verdict: 'clean', failed: [], overrideBy: null, overrideReason: null },
    navigation: { urlFinal: 'http://shop.test/', redirects: [], status: 200, title: '示例商店', ip: '192.0.2.7', tls: null },
    outcome: { completeness: 'complete', limits: [], blocked: 0, failed: 0, downloads: [], popups: [], fidelity: 'decoded' },
    comparison: null,
    related: [],
    personalData: false,
    files: Object.entries(files)
      .map(([path, bytes]) => aManifestFile(path, bytes))
      .sort((a, b) => compareText(a.path, b.path)),
    ...changes,
  };
}

function aManifestFile(path: string, bytes: Uint8Array): ManifestFile {
  const role = path.startsWith('content/screen/') ? 'screen' : path.endsWith('.wacz') ? 'archive' : 'record';
  return {
    path,
    role,
    mediaType: 'application/octet-stream',
    size: bytes.length,
    ...digestsOf(bytes),
    title: path,
    checklist: [],
  };
}
