import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DigestSink, type ManifestFile } from '../../proof';
import { canonicalJson } from '../../kernel';
import type { ArtefactReport, ArtefactState } from '../domain/capture-order';

interface FileKind {
  role: string;
  mediaType: string;
  title: string;
  checklist: string[];
}

const kind = (role: string, mediaType: string, title: string, ...checklist: string[]): FileKind => ({
  role,
  mediaType,
  title,
  checklist,
});

/** Every file that a capture may have, with what it is for (evidence-package.md section 3). */
const KINDS: [RegExp, FileKind][] = [
  [/^content\/capture\.wacz$/, kind('archive', 'application/wacz', '网页存档（WACZ）', 'how.html')],
  [/^content\/screen\/first\.png$/, kind('screenFirst', 'image/png', '首屏截图', 'how.screen')],
  [/^content\/screen\/full-\d+\.png$/, kind('screenFull', 'image/png', '整页截图', 'how.screen')],
  [/^content\/page\.mhtml$/, kind('mhtml', 'multipart/related', '网页副本（MHTML）', 'how.html')],
  [/^content\/page\.pdf$/, kind('pdf', 'application/pdf', '网页打印件（PDF）', 'how.pdf')],
  [/^content\/dom\.html$/, kind('dom', 'text/html', '网页结构（DOM）', 'how.html')],
  [/^content\/text\.txt$/, kind('text', 'text/plain', '网页文字', 'how.html')],
  [/^content\/video\.webm$/, kind('video', 'video/webm', '过程录像', 'how.video')],
  [/^content\/popups\/\d{4}\/screen\.png$/, kind('popupScreen', 'image/png', '弹出窗口截图', 'how.screen')],
  [/^content\/popups\/\d{4}\/dom\.html$/, kind('popupDom', 'text/html', '弹出窗口结构（DOM）', 'how.html')],
  [/^content\/popups\/\d{4}\/text\.txt$/, kind('popupText', 'text/plain', '弹出窗口文字', 'how.html')],
  [/^record\/request\.json$/, kind('request', 'application/json', '取证任务', 'where.url', 'link.case')],
  [/^record\/environment\.json$/, kind('environment', 'application/json', '环境检查（清洁性检查）', 'env.clean')],
  [/^record\/timeline\.jsonl$/, kind('timeline', 'application/x-ndjson', '操作步骤与时间', 'where.steps', 'how.method')],
  [/^record\/exchanges\.jsonl$/, kind('exchanges', 'application/x-ndjson', '网络请求与应答', 'where.ip')],
  [/^record\/dns\.jsonl$/, kind('dns', 'application/x-ndjson', '域名解析', 'where.ip')],
  [/^record\/tls\/[0-9a-f]{64}\.der$/, kind('certificate', 'application/pkix-cert', '网站证书', 'where.tls')],
  [/^record\/warc-index\.jsonl$/, kind('warcIndex', 'application/x-ndjson', '存档记录索引')],
  [/^record\/console\.jsonl$/, kind('console', 'application/x-ndjson', '控制台、弹窗与下载')],
  [/^record\/redactions\.jsonl$/, kind('redactions', 'application/x-ndjson', '已标记的遮盖')],
  [/^record\/before\/checkpoint\.txt$/, kind('checkpointBefore', 'text/plain', '取证前的存证检查点', 'when.clock')],
  [/^record\/before\/pre\.tsr$/, kind('tokenBefore', 'application/timestamp-reply', '取证前的时间戳', 'when.clock')],
  [/^wire\/capture\.pcap$/, kind('wire', 'application/vnd.tcpdump.pcap', '原始网络数据')],
  [/^wire\/keylog\.txt$/, kind('keylog', 'text/plain', '会话密钥记录')],
];

/**
 * One package in the making. Each file is digested and on its way to the disk as soon as it is handed over;
 * `settled` returns when all of them, and the folders that name them, are durable.
 */
export class Staging {
  readonly files: ManifestFile[] = [];
  readonly artefacts: ArtefactReport[] = [];
  /** Why a file is not on the disk; known long before anybody waits for all of them. */
  fault: Error | null = null;
  private readonly writes: Promise<void>[] = [];
  private readonly folders = new Set<string>();

  constructor(
    readonly root: string,
    /** Takes out what must not be stored, before anything is digested; null for a file that cannot be kept. */
    private readonly filter?: { file(path: string, content: Buffer): Buffer | null },
  ) {}

  put(path: string, content: Buffer | string | Buffer[], state: ArtefactState = 'ok', reason?: string): void {
    const given = Array.isArray(content) ? content : [typeof content === 'string' ? Buffer.from(content, 'utf8') : content];
    const kept = this.filter && given.length === 1 ? this.filter.file(path, given[0]!) : given;
    if (kept === null) return this.tell(path, 'failed', 'redacted');
    const parts = Array.isArray(kept) ? kept : [kept];
    const sink = new DigestSink();
    for (const part of parts) sink.update(part);
    const { size, sha256, sm3 } = sink.result();
    const file = { path, ...kindOf(path), size, sha256, sm3 };
    this.files.push(file);
    this.tell(path, state, reason);
    this.later(this.write(path, parts));
  }

  /** A file that was written in its place while the capture ran, with the digests of what was written. Refuses one that is not as long. */
  async adopt(path: string, { size, sha256, sm3 }: Pick<ManifestFile, 'size' | 'sha256' | 'sm3'>): Promise<void> {
    const full = join(this.root, path);
    const { size: there } = await stat(full);
    if (there !== size) throw new TypeError(`${path}: ${there} bytes on disk, ${size} were written`);
    this.files.push({ path, ...kindOf(path), size, sha256, sm3 });
    this.tell(path, 'ok');
    this.remember(dirname(full));
    this.later(syncFolder(full));
  }

  putJson(path: string, value: unknown): void {
    this.put(path, canonicalJson(value));
  }

  putLines(path: string, lines: readonly object[]): void {
    this.put(path, lines.map((line) => `${canonicalJson(line)}\n`).join(''));
  }

  /** Says what became of an artefact; a promised one that never came is told by this alone. */
  tell(path: string, state: ArtefactState, reason?: string): void {
    this.artefacts.push({ path, role: kindOf(path).role, state, ...(reason ? { reason } : {}) });
  }

  /** Outside the manifest: MANIFEST.json and MANIFEST.sig. */
  putRoot(name: string, bytes: Uint8Array): void {
    this.later(this.write(name, [Buffer.from(bytes)]));
  }

  async settled(): Promise<void> {
    await Promise.all(this.writes);
    const folders = [...this.folders].sort((a, b) => b.length - a.length);
    await Promise.all([...folders, dirname(this.root)].map(syncFolder));
  }

  private async write(path: string, parts: Buffer[]): Promise<void> {
    const full = join(this.root, path);
    const folder = dirname(full);
    await mkdir(folder, { recursive: true });
    this.remember(folder);
    const file = await open(full, 'wx', 0o644);
    try {
      let rest = parts.filter((part) => part.length > 0);
      // On a full disk less is written than was given, and only the next call says so.
      while (rest.length > 0) rest = behind(rest, (await file.writev(rest)).bytesWritten);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  private later(write: Promise<void>): void {
    write.catch((error: Error) => (this.fault ??= error));
    this.writes.push(write);
  }

  private remember(folder: string): void {
    for (let at = folder; at.length >= this.root.length; at = dirname(at)) this.folders.add(at);
  }
}

export function kindOf(path: string): FileKind {
  const found = KINDS.find(([pattern]) => pattern.test(path));
  if (!found) throw new TypeError(`no kind for ${path}`);
  return found[1];
}

/** What follows the first `bytes` of the parts. */
function behind(parts: readonly Buffer[], bytes: number): Buffer[] {
  let done = bytes;
  return parts.flatMap((part) => {
    const skip = Math.min(done, part.length);
    done -= skip;
    return skip < part.length ? [part.subarray(skip)] : [];
  });
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
