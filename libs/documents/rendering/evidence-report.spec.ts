import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFArray, PDFDict, PDFDocument, PDFName } from '@cantoo/pdf-lib';
import { PNG } from 'pngjs';
import { anEvidenceReport, aPicture } from '../testing/evidence-report-sample';
import { pdfText, squeezed } from '../testing/pdf-text';
import { renderEvidenceReport } from './evidence-report';
import { slices } from './picture-slices';

const report = anEvidenceReport();
let pdf: Buffer;
let text: string;
beforeAll(async () => {
  pdf = await renderEvidenceReport(report);
  text = squeezed((await pdfText(pdf)).join('').replaceAll(/交市监网证〔2026〕1号　清单 [0-9a-f]{16}第 \d+ 页　共 \d+ 页/g, ''));
});

it('has its sections in the order of the specification', () => {
  const sections = [
    '提取情况',
    '网址',
    '时间',
    '工具',
    '采集环境检查',
    '本案对该网址的全部采集',
    '页面截图',
    '电子数据清单',
    '证书',
    '限制和未取得的部分',
    '取证清单',
    '证明事项',
    '核验方法',
    '确认和签名',
  ];
  const places = sections.map((title, index) =>
    text.indexOf(
      `${['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二', '十三', '十四'][index]}、${title}`,
    ),
  );
  expect(places).not.toContain(-1);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
});

it.each([
  ['both makers with certificate', '办案人员乙（执法证号：14112200002）'],
  ['every redirect', '2.https://bare.test/'],
  ['from where it was captured', '观察出口mobile-net'],
  [
    'how it compares with the other vantage point',
    '与自出口main先行固定的证据ev_01KAMJ9ZQ8X4T5V6W7Y8Z9ABCC比对：文字相同，画面不同',
  ],
  ['local time and UTC', '2026年11月23日09时00分（北京时间，UTC2026-11-23T01:00:00.120Z）'],
  ['clock source and offset', '授时源：ntp-1、ntp-2；偏差：12毫秒'],
  ['the warning of the environment', 'E07DNS应答比对须说明两路应答一致第二路无应答'],
  ['the failed attempt', '失败连接超时'],
  ['the limit that was hit', '触及的限制：pageTime'],
  ['what is not proved', '网页上的陈述内容属实'],
  ['that no outside time stamp was had', '尚未取得时间戳'],
  ['the ways of confirmation, crossed where one is filed', '■公证机关公证'],
  ['the ways that are left to the pen', '□公安网监、通信管理等部门鉴定'],
  ['who has attested, with the number and the paper', 'E-141122-2026-000009公证书.pdf'],
  ['the type of every file', 'application/wacz'],
  ['how the address was come to', '进入路径平台首页搜索店铺名称'],
  ['that the holder was absent and why nobody witnessed it', '未到场见证人无见证人，理由：现场没有适合的见证人'],
  ['an item of the checklist with its files and its law', '等3个文件必备已具备《电子商务信用管理制度》第二十一条'],
  ['a source that was not read', '《DB3202/T1024-2021》（待确认）'],
  ['an item that no law names', '已具备本系统要求'],
  ['an item that is missing still', '存储介质、份数、封存编号必备缺少'],
  ['a strange character by its code point', '国家级养生配方[U+1F600]'],
])('says %s', (_what, words) => expect(text).toContain(words));

it('lists every file with both digests', () => {
  for (const { path, sha256, sm3 } of report.manifest.files)
    for (const words of [path, sha256, sm3]) expect(text).toContain(words);
});

const wordsOf = async (changes: Parameters<typeof anEvidenceReport>[0]) =>
  squeezed((await pdfText(await renderEvidenceReport(anEvidenceReport({ screens: [], ...changes })))).join(''));
const [proves, provesNot] = ['证据包经核验通过，证明下列事项', '证据包不证明下列事项'];
/** What stands under the claims, and what under those that are not made. */
const claimsOf = (words: string) => {
  const [, after = ''] = words.split(proves!);
  const [claimed = '', rest = ''] = after.split(provesNot!);
  return { claimed, notClaimed: rest.split('核验方法')[0]! };
};

const inside = { tsa: '本局时间戳', at: '2026-11-23T01:00:30.000Z', isInternal: true };
const outside = { tsa: '某授时中心', at: '2026-11-23T01:00:45.000Z', isInternal: false };
const time = '证据包在外部时间戳所载时刻';

it.each([
  ['none', [], null, '尚未取得时间戳'],
  ['one of our own only', [inside], null, '仅有本局自设时间戳服务的时间戳，所载时刻为2026年11月23日09时00分'],
  ['one from outside', [outside], '2026-11-23T01:00:45.000Z）之前已经形成（时间戳机构：某授时中心）', null],
  ['both', [inside, outside], '2026-11-23T01:00:45.000Z）之前已经形成（时间戳机构：某授时中心）', null],
])('claims the time only by a stamp from outside: %s', async (_name, stamps, claimed, notClaimed) => {
  const said = claimsOf(await wordsOf({ stamps }));
  if (claimed) expect(said.claimed).toContain(claimed);
  else expect(said.claimed).not.toMatch(/时间戳|之前已经形成/);
  if (notClaimed) expect(said.notClaimed).toContain(notClaimed);
  else expect(said.notClaimed).not.toContain('固定时刻');
  expect(said.claimed.includes(time)).toBe(claimed !== null);
});

it.each([
  ['a checkpoint that holds it', true, '已收录本证据的保管记录'],
  ['a checkpoint from before it', false, '尚未收录本证据的保管记录'],
])('claims the custody chain only by %s, and says when that was signed', async (_name, holds, caption) => {
  const words = await wordsOf({ checkpoint: { ...report.checkpoint!, holds } });
  const said = claimsOf(words);
  expect(said.claimed.includes('保管链完整')).toBe(holds);
  expect(said.notClaimed.includes('尚未收录全部保管记录')).toBe(!holds);
  expect(words).toContain(`本报告生成时最新的账本检查点（${caption}），签发时间2026年11月23日09时50分`);
  expect(words).not.toContain('固定时的账本检查点');
});

it('claims no custody chain while the log has no checkpoint', async () => {
  const words = await wordsOf({ checkpoint: null });
  expect(claimsOf(words).claimed).not.toContain('保管链');
  expect(claimsOf(words).notClaimed).toContain('账本尚无检查点');
});

it('names each environment check that could not be made, with its reason', async () => {
  const checks = [{ id: 'E09', result: 'na' as const, expected: '两个对照页', observed: '未配置对照页' }];
  expect(await wordsOf({ checks })).toContain('未能检查或不适用的1项。未能检查或不适用：E09对照网站证书（未配置对照页）');
});

it('has number, page and manifest digest on every foot', async () => {
  const pages = await pdfText(pdf);
  pages.forEach((page, index) =>
    expect(squeezed(page)).toContain(
      `交市监网证〔2026〕1号清单${report.manifestSha256.slice(0, 16)}第${index + 1}页共${pages.length}页`,
    ),
  );
});

it('carries exactly MANIFEST.json as associated data', async () => {
  const { catalog, context } = await PDFDocument.load(pdf, { updateMetadata: false });
  const [file] = catalog
    .lookup(PDFName.of('AF'), PDFArray)
    .asArray()
    .map((ref) => context.lookup(ref, PDFDict));
  expect(String(file!.get(PDFName.of('AFRelationship')))).toBe('/Data');
  const folder = mkdtempSync(join(tmpdir(), 'nms-report-'));
  const attached = (await PDFDocument.load(pdf)).getAttachments();
  expect(attached.map(({ name }) => name)).toEqual(['MANIFEST.json']);
  expect(Buffer.from(attached[0]!.data).equals(report.manifestBytes)).toBe(true);
  if (spawnSync('pdfdetach', ['-v']).status === 0) {
    writeFileSync(join(folder, 'r.pdf'), pdf);
    spawnSync('pdfdetach', ['-saveall', '-o', folder, join(folder, 'r.pdf')]);
    expect(readFileSync(join(folder, 'MANIFEST.json')).equals(report.manifestBytes)).toBe(true);
  }
  rmSync(folder, { recursive: true });
});

it('prints the same bytes again', async () => expect((await renderEvidenceReport(anEvidenceReport())).equals(pdf)).toBe(true));

it.each([[30], [31], [90], [1], [130]])('cuts a picture %i high without loss or repetition', (height) => {
  const original = PNG.sync.read(aPicture(40, height));
  const parts = slices(aPicture(40, height), 0.75).map((part) => PNG.sync.read(part));
  expect(parts.reduce((sum, part) => sum + part.height, 0)).toBe(height);
  expect(Buffer.concat(parts.map((part) => part.data)).equals(original.data)).toBe(true);
  expect(Math.max(...parts.map((part) => part.height))).toBeLessThanOrEqual(30);
});

it('S002 21 prints what was received without speaking of a page, and says what it does not prove', async () => {
  const received = { sender: '某平台', receivedAt: '2026-11-22T03:00:00.000Z', ground: '协助调查函复函' };
  const manifest = { ...report.manifest, kind: 'import', environment: null, navigation: null };
  const bytes = await renderEvidenceReport(anEvidenceReport({ manifest, received, screens: [], attempts: [], attestations: [] }));
  const words = squeezed((await pdfText(bytes)).join(''));
  for (const said of [
    '提交人某平台',
    '接收依据协助调查函复函',
    '不涉及网址',
    '文件在提交以前未被改动',
    '尚无已归档的确认材料',
    '□公证机关公证',
  ])
    expect(words).toContain(said);
  expect(words).not.toContain('网站向所有访问者');
});

it.each([
  [
    ['shop.test expired', 'shop.test ERR_CERT_AUTHORITY_INVALID'],
    'shop.testexpired（已过期）；shop.testERR_CERT_AUTHORITY_INVALID（颁发者不受信任）',
  ],
  [[], '采集中未遇到证书错误'],
])('F26 says on its first page that certificate errors were passed over, by whom and why: %j', async (errors, met) => {
  const certificateErrors = { by: '办案人员甲', reason: '网站证书到期未换', errors };
  const first = squeezed((await pdfText(await renderEvidenceReport(anEvidenceReport({ certificateErrors, screens: [] }))))[0]!);
  expect(first).toContain('遇证书错误仍继续采集，决定人：办案人员甲；理由：网站证书到期未换');
  expect(first).toContain(met);
  expect(first.indexOf(met)).toBeLessThan(first.indexOf('一、提取情况'));
});

it('says first that evidence was withdrawn', async () => {
  const withdrawn = { at: '2026-11-24T01:00:00.000Z', reason: '取证地址有误', correctedBy: 'E-141122-2026-000010' };
  const words = squeezed((await pdfText(await renderEvidenceReport(anEvidenceReport({ withdrawn, screens: [] })))).join(''));
  expect(words.indexOf('撤回，理由：取证地址有误。更正证据：E-141122-2026-000010')).toBeGreaterThan(-1);
  expect(words.indexOf('撤回')).toBeLessThan(words.indexOf('一、提取情况'));
});
