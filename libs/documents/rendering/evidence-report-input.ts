import type { LawCitation, Mark } from '../../kernel';

/**
 * What the report prints of a manifest. The evidence room's manifest fits as it is; this room does not import it, as documents
 * lies beside the proofs and not above them.
 */
export interface ReportManifest {
  id: string;
  number: string;
  kind?: string;
  agency: { name: string };
  case: { ref: string | null; clue: string | null; factToProve: string };
  makers: readonly { name: string; certificate: string; role: string }[];
  place: string;
  request: { urlTyped: string; purpose: string; profile: string };
  time: {
    startedAt: string;
    finishedAt: string;
    clock: {
      status: 'ok' | 'unverified' | 'bad';
      source: readonly string[];
      offsetMs: number | null;
      uncertaintyMs: number | null;
    };
  };
  tool: {
    software: string;
    version: string;
    commit: string;
    browser: string | null;
    os: string;
    kernel: string;
    userAgent: string | null;
    viewport: { width: number; height: number } | null;
    locale: string;
    timezone: string;
  };
  environment: { verdict: 'clean' | 'warn' | 'fail'; overrideBy: string | null; overrideReason: string | null } | null;
  navigation: {
    urlFinal: string;
    redirects: readonly string[];
    status: number | null;
    title: string;
    ip: string | null;
    tls: {
      protocol: string;
      cipher: string;
      leafSha256: string;
      issuer: string;
      validFrom: string;
      validTo: string;
      errors: readonly string[];
    } | null;
  } | null;
  outcome: {
    completeness: 'complete' | 'partial';
    limits: readonly string[];
    blocked: number;
    failed: number;
    downloads: readonly string[];
    popups: readonly string[];
  };
  /** Of a repeat from a second vantage point: how it compares with the first one. */
  comparison: { vantage: string; id: string; text: Likeness; picture: Likeness } | null;
  files: readonly {
    path: string;
    role: string;
    mediaType: string;
    title: string;
    size: number;
    sha256: string;
    sm3: string;
  }[];
}

type Likeness = 'same' | 'different' | 'unknown';

export interface EvidenceReport {
  manifest: ReportManifest;
  /** Exactly the bytes of MANIFEST.json, which are attached. */
  manifestBytes: Buffer;
  manifestSha256: string;
  manifestSm3: string;
  /** Environment checks, before and after. */
  checks: readonly { id: string; result: 'pass' | 'warn' | 'fail' | 'na'; expected: string; observed: string }[];
  /** All captures asked for this address in this case, failed ones too, oldest first. */
  attempts: readonly { at: string; number: string; outcome: string; reason?: string | null }[];
  screens: readonly { path: string; title: string; sha256: string; png: Buffer }[];
  /** On what its authenticity rests so far: the party's word and the statements of others, oldest first. */
  attestations: readonly { way: string; by: string; at: string; number: string | null; title: string; sha256: string }[];
  /** From where it was captured; null where nobody named it. */
  vantage: string | null;
  /** What the officers said of the fixation; null when they said nothing. */
  statement: ReportStatement | null;
  /** Every line of the checklist as it stood at `at`. */
  checklist: readonly ReportChecklistLine[];
  /** Who handed the files over; null where a page was captured. */
  received: { sender: string; receivedAt: string; ground: string } | null;
  /** An officer decided that certificate errors do not stop the capture; `errors` are those met, as `host:port code`. */
  certificateErrors: { by: string; reason: string; errors: readonly string[] } | null;
  withdrawn: { at: string; reason: string; correctedBy: string | null } | null;
  /**
   * The newest checkpoint of the log when this is printed, when it was signed, and whether the custody chain of the package lies in it;
   * null while there is none. What may be claimed depends on it.
   */
  checkpoint: { note: string; at: string; holds: boolean } | null;
  /** Time stamps in the package, earliest first; `isInternal`: of an authority of the agency's own, which proves no time to others. */
  stamps: readonly { tsa: string; at: string; isInternal: boolean }[];
  at: Date;
}

export interface ReportStatement {
  scene: 'remote' | 'onSite';
  entry?: string;
  access?: 'public' | 'account' | 'backOffice';
  accountName?: string;
  accountSource?: string;
  technician?: string;
  holder?: 'present' | 'absent';
  holderName?: string;
  witness?: string;
  noWitness?: string;
  registration?: string;
  purchase?: string;
  recording?: string;
}

export interface ReportChecklistLine {
  id: string;
  zh: string;
  required: 'M' | 'S' | 'C';
  state: 'met' | 'missing' | 'notApplicable';
  mark: Mark;
  sources: readonly LawCitation[];
  /** Files of the package that serve the line. */
  files: readonly string[];
}

export const VERDICTS: Record<string, string> = { clean: '清洁', pass: '通过', warn: '须说明', fail: '未通过', na: '不适用' };

export const CHECK_NAMES: Record<string, string> = {
  E01: '程序与浏览器版本',
  E02: '浏览器配置全新',
  E03: '进程清单',
  E04: 'hosts 与解析配置',
  E05: '代理与网络出口',
  E06: '根证书与策略',
  E07: 'DNS 应答比对',
  E08: '出口地址与路由',
  E09: '对照网站证书',
  E10: '时钟',
  E11: '恶意程序扫描',
  E12: '磁盘空间与暂存区',
  E13: '注入与调试',
  E14: '语言、时区、字体、屏幕',
  E15: '自检页',
  E16: '采集后复查',
};
