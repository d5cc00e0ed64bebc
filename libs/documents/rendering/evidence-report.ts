import type { Content, ContentTable, TableCell } from 'pdfmake/interfaces';
import { instantZh, sizeZh } from '../domain/printed';
import { CHECKLIST_HEAD, CHECKLIST_NOTE, CHECKLIST_WIDTHS, checklistRows, statementFacts } from './evidence-report-checklist';
import { CHECK_NAMES, type EvidenceReport, VERDICTS } from './evidence-report-input';
import { gridLayout, keepHeadings, SIZE, TABLE_MARGINS } from './official-style';
import type { PdfSigner } from './cades';
import { type Attachment, renderPdf } from './pdf';
import { slices } from './picture-slices';

const TEXT_WIDTH = 595.28 - TABLE_MARGINS[0] - TABLE_MARGINS[2];
const PICTURE_HEIGHT = 600;
/** Pictures fill at most this many pages; what is beyond stands in the package and is said to stand there. */
const MOST_PICTURE_PAGES = 40;

const local = (instant: string): string => `${instantZh(new Date(instant))}（北京时间，UTC ${instant}）`;
const heading = (text: string): Content => ({ text, fontSize: SIZE.fourth, bold: true, margin: [0, 14, 0, 6], headlineLevel: 1 });
const line = (text: string): Content => ({ text, fontSize: SIZE.table, lineHeight: 1.25, margin: [0, 0, 0, 3] });
const small = (text: string): Content => ({ text, fontSize: 8.5, lineHeight: 1.15 });

/** Label and value side by side, over the whole width. */
function facts(rows: readonly (readonly [label: string, value: string | Content])[]): Content {
  const body = rows.map(([label, value]): TableCell[] => [
    { text: label, alignment: 'center', fontSize: SIZE.table },
    typeof value === 'string' ? { text: value || '无', fontSize: SIZE.table, lineHeight: 1.15 } : value,
  ]);
  return { table: { widths: [92, '*'], body }, layout: gridLayout };
}

/** A table with a head that is repeated on every page. */
function list(head: readonly string[], widths: (number | string)[], rows: readonly (readonly (string | Content)[])[]): Content {
  const cell = (value: string | Content): TableCell =>
    typeof value === 'string' ? { text: value, fontSize: 9, lineHeight: 1.1 } : value;
  return {
    table: {
      headerRows: 1,
      widths,
      body: [head.map((text) => ({ text, fontSize: 9, bold: true, alignment: 'center' })), ...rows.map((row) => row.map(cell))],
    },
    layout: gridLayout,
  };
}

function extraction({ manifest, received, statement }: EvidenceReport): Content {
  const officers = manifest.makers.filter(({ role }) => role === 'officer');
  const helpers = manifest.makers.filter(({ role }) => role !== 'officer');
  return facts([
    ['案件（线索）', [manifest.case.ref, manifest.case.clue].filter(Boolean).join('，')],
    ['待证事实', manifest.case.factToProve],
    ['提取事由和目的', manifest.request.purpose],
    ['提取地点', manifest.place],
    ['制作人', officers.map(({ name, certificate }) => `${name}（执法证号：${certificate}）`).join('、')],
    ['辅助技术人员', helpers.map(({ name }) => name).join('、')],
    ...(received
      ? ([
          ['提交人', received.sender],
          ['接收时间', local(received.receivedAt)],
          ['接收依据', received.ground],
        ] as const)
      : ([
          ['采集方式', `${manifest.request.profile === 'mobile' ? '移动端' : '桌面端'}浏览器`],
          ...(statement?.access ? [] : [['访问方式', '公开网页'] as const]),
        ] as const)),
    ...statementFacts(statement),
  ]);
}

const LIKENESS = { same: '相同', different: '不同', unknown: '无法比对' };

function address({ received, vantage, manifest: { request, navigation, comparison } }: EvidenceReport): Content {
  if (received) return line('本证据为接收的文件，不涉及网址。');
  const redirects = navigation?.redirects ?? [];
  return facts([
    ['输入网址', request.urlTyped],
    ['跳转过程', redirects.map((url, index) => `${index + 1}.${url}`).join('\n') || '无跳转'],
    ['最终地址', navigation?.urlFinal ?? '未能打开'],
    ['页面标题', navigation?.title ?? ''],
    ['响应状态', navigation?.status ? String(navigation.status) : ''],
    ['服务器 IP', navigation?.ip ?? ''],
    ...(vantage ? [['观察出口', vantage] as const] : []),
    ...(comparison
      ? [
          [
            '另一出口比对',
            `与自出口${comparison.vantage}先行固定的证据 ${comparison.id} 比对：文字${LIKENESS[comparison.text]}，画面${LIKENESS[comparison.picture]}`,
          ] as const,
        ]
      : []),
  ]);
}

function times({ manifest: { time } }: EvidenceReport): Content {
  const { status, source, offsetMs, uncertaintyMs } = time.clock;
  const clock = { ok: '时钟正常', unverified: '时钟未核实', bad: '时钟异常' }[status];
  return facts([
    ['开始时间', local(time.startedAt)],
    ['结束时间', local(time.finishedAt)],
    [
      '时间校准',
      `${clock}；授时源：${source.join('、') || '无'}；偏差：${offsetMs === null ? '未测得' : `${offsetMs} 毫秒`}；不确定度：${uncertaintyMs === null ? '未测得' : `${uncertaintyMs} 毫秒`}`,
    ],
  ]);
}

function tools({ manifest: { tool } }: EvidenceReport): Content {
  return facts([
    ['采集程序', [tool.software, tool.version, tool.commit].filter(Boolean).join(' ')],
    ['浏览器', [tool.browser, tool.viewport && `窗口 ${tool.viewport.width}×${tool.viewport.height}`].filter(Boolean).join('，')],
    ['操作系统', [tool.os, tool.kernel, `语言 ${tool.locale}`, `时区 ${tool.timezone}`].filter(Boolean).join('，')],
    ['用户代理', tool.userAgent ?? ''],
  ]);
}

function environment({ manifest, checks }: EvidenceReport): Content[] {
  const verdict = manifest.environment;
  if (!verdict) return [line('本证据不是采集所得，不作环境检查。')];
  const told = checks.filter(({ result }) => result === 'warn' || result === 'fail');
  const override = verdict.overrideBy
    ? [line(`检查未通过而继续采集，批准人：${verdict.overrideBy}；理由：${verdict.overrideReason ?? ''}`)]
    : [];
  // Some are looked at once only; what counts is what was never looked at.
  const looked = new Set(checks.filter(({ result }) => result !== 'na').map(({ id }) => id));
  const undone = checks.filter(({ id }, index) => !looked.has(id) && checks.findIndex((one) => one.id === id) === index);
  const conclusion = line(
    `检查结论：${VERDICTS[verdict.verdict]}。采集前后共 ${checks.length} 项，其中须说明的 ${told.length} 项，未能检查或不适用的 ${undone.length} 项。`,
  );
  const open = undone.length
    ? [
        line(
          `未能检查或不适用：${undone.map(({ id, observed }) => `${id} ${CHECK_NAMES[id] ?? ''}（${observed}）`).join('；')}。`,
        ),
      ]
    : [];
  if (!told.length) return [conclusion, ...open, ...override];
  const rows = told.map(({ id, result, expected, observed }) => [
    `${id} ${CHECK_NAMES[id] ?? ''}`,
    VERDICTS[result] ?? result,
    expected,
    observed,
  ]);
  return [conclusion, ...open, ...override, list(['检查项', '结果', '应为', '实际'], [120, 40, '*', '*'], rows)];
}

function attempts(report: EvidenceReport): Content[] {
  if (report.received) return [line('本证据为接收的文件，没有采集过程。')];
  if (!report.attempts.length) return [line('本案中对该网址仅有本次采集。')];
  const rows = report.attempts.map(({ at, number, outcome, reason }) => [local(at), number, outcome, reason ?? '']);
  return [list(['时间', '编号', '结果', '原因'], [170, 110, 60, '*'], rows)];
}

function pictures({ screens }: EvidenceReport): Content[] {
  let pages = 0;
  return screens.flatMap(({ title, path, sha256, png }, index): Content[] => {
    const parts = slices(png, PICTURE_HEIGHT / TEXT_WIDTH);
    const shown = parts.slice(0, Math.max(0, MOST_PICTURE_PAGES - pages));
    pages += shown.length;
    const caption = `图 ${index + 1}　${title}（${path}）`;
    const rest = parts.length - shown.length;
    return [
      { ...(line(caption) as object), bold: true, headlineLevel: 1 } as Content,
      small(`SHA-256 ${sha256}`),
      ...shown.map((part): Content => ({
        image: `data:image/png;base64,${part.toString('base64')}`,
        width: TEXT_WIDTH,
        margin: [0, 4, 0, 6],
      })),
      ...(rest ? [line(`本图其余部分（约 ${rest} 页）见证据包内原图。`)] : []),
    ];
  });
}

/** Digests stand on lines of their own: sixty-four characters fit no narrow column. */
function items({ manifest }: EvidenceReport): Content {
  const rows = manifest.files.map(({ title, path, mediaType, size, sha256, sm3 }, index) => [
    { text: String(index + 1), alignment: 'center', fontSize: 9 } as Content,
    {
      stack: [
        { text: `${title}　${path}　${mediaType}　${sizeZh(size)}`, fontSize: 9 },
        small(`SHA-256 ${sha256}`),
        small(`SM3 ${sm3}`),
      ],
    } as Content,
  ]);
  return list(['序号', '名称、路径、类型、大小和校验值'], [26, '*'], rows);
}

function certificate({ received, manifest: { navigation } }: EvidenceReport): Content[] {
  if (received) return [line('本证据为接收的文件，不涉及网站证书。')];
  const tls = navigation?.tls;
  if (!tls) return [line('该网址未使用加密连接，无证书。')];
  return [
    facts([
      ['协议和套件', `${tls.protocol}，${tls.cipher}`],
      ['颁发者', tls.issuer],
      ['有效期', `${tls.validFrom} 至 ${tls.validTo}`],
      ['证书 SHA-256', small(tls.leafSha256)],
      ['证书错误', tls.errors.map(errorZh).join('；')],
    ]),
  ];
}

function limits({ manifest: { outcome } }: EvidenceReport): Content[] {
  return [
    line(`完整程度：${outcome.completeness === 'complete' ? '完整' : '部分'}。`),
    line(
      `触及的限制：${outcome.limits.join('、') || '无'}。被拦截的请求 ${outcome.blocked} 个，失败的请求 ${outcome.failed} 个。`,
    ),
    line(`被拒绝的下载：${outcome.downloads.join('、') || '无'}。弹出窗口：${outcome.popups.join('、') || '无'}。`),
  ];
}

function checklist({ checklist: lines }: EvidenceReport): Content[] {
  const table = list(CHECKLIST_HEAD, CHECKLIST_WIDTHS, checklistRows(lines)) as ContentTable;
  return [small(CHECKLIST_NOTE), { ...table, table: { ...table.table, dontBreakRows: true } }];
}

/** What a verified package proves, and what it does not: section 1 of the evidence specification. */
function claims({ stamps, checkpoint, received }: EvidenceReport): Content[] {
  const outside = stamps.find(({ isInternal }) => !isInternal);
  const inside = stamps.find(({ isInternal }) => isInternal);
  const undated = inside
    ? `固定时刻由本局以外的机构证明（仅有本局自设时间戳服务的时间戳，所载时刻为 ${local(inside.at)}，不能对外证明时间）`
    : '固定时刻由本局以外的机构证明（尚未取得时间戳）';
  const unlogged = checkpoint
    ? '与本证据有关的保管记录未被遗漏或事后改写（本报告所列账本检查点尚未收录全部保管记录）'
    : '与本证据有关的保管记录未被遗漏或事后改写（账本尚无检查点）';
  const proved = [
    '自固定之时起，证据包内各文件未被改动（校验值一致）；',
    '证据包由本局取证系统固定（签名有效）；',
    ...(outside ? [`证据包在外部时间戳所载时刻 ${local(outside.at)} 之前已经形成（时间戳机构：${outside.tsa}）；`] : []),
    ...(checkpoint?.holds ? ['与本证据有关的保管记录未被遗漏或事后改写（保管链完整）；'] : []),
    received ? '接收的时间、地点、提交人和经手的执法人员。' : '采集的方法、地点、工具和采集环境的检查结果。',
  ];
  const unproved = [
    ...(received
      ? ['文件在提交以前未被改动；', '提交的文件是提交人所持有的全部；', '文件中的陈述内容属实。']
      : ['网站向所有访问者显示的内容均与此相同；', '采集服务器的操作系统内核在采集时刻未受侵害；', '网页上的陈述内容属实。']),
    ...(outside ? [] : [undated]),
    ...(checkpoint?.holds ? [] : [unlogged]),
  ].map((text, index, { length }) => text.replace(/[；。]?$/, index === length - 1 ? '。' : '；'));
  const numbered = (texts: readonly string[]) => texts.map((text, index) => line(`${index + 1}. ${text}`));
  return [line('证据包经核验通过，证明下列事项：'), ...numbered(proved), line('证据包不证明下列事项：'), ...numbered(unproved)];
}

function verification({ manifest, manifestSha256, manifestSm3, checkpoint }: EvidenceReport): Content[] {
  const steps = [
    '在不联网的计算机上运行 verify-package <证据包> --trust <信任包>，核对结论和理由；',
    '或者以 sha256sum、openssl dgst -sm3 重新计算清单中各文件的校验值，与本报告所列逐一比对；',
    '清单文件 MANIFEST.json 已作为附件嵌入本报告，其校验值如下：',
  ];
  const text = checkpoint?.note ?? `${manifest.number}\nSHA-256 ${manifestSha256}`;
  const caption = checkpoint
    ? `本报告生成时最新的账本检查点（${checkpoint.holds ? '已' : '尚未'}收录本证据的保管记录），签发时间 ${local(checkpoint.at)}：`
    : '账本尚无检查点。二维码内容：';
  return [
    ...steps.map((step, index) => line(`${index + 1}. ${step}`)),
    small(`SHA-256 ${manifestSha256}`),
    small(`SM3 ${manifestSm3}`),
    {
      unbreakable: true,
      margin: [0, 8, 0, 0],
      columns: [{ width: 120, qr: text, fit: 110 }, { stack: [line(caption), ...text.split('\n').map(small)] }],
    },
  ];
}

/** Ways of confirming authenticity: seed rules art. 20 (the party) and 22. */
const WAYS: readonly (readonly [way: string, text: string])[] = [
  ['partyConfirmation', '当事人（利害关系人）确认'],
  ['partyRefusal', '当事人（利害关系人）拒绝确认'],
  ['notary', '公证机关公证'],
  ['appraisal', '公安网监、通信管理等部门鉴定'],
  ['provider', '电子商务服务提供商证明'],
  ['other', '其他'],
];

/** A box is crossed only for what is filed; the rest is left to the pen. */
function ways({ attestations }: EvidenceReport): Content[] {
  const filed = new Set(attestations.map(({ way }) => way));
  const boxes = WAYS.map(([way, text]) =>
    line(`${filed.has(way) ? '■' : '□'} ${text}${way === 'other' && !filed.has(way) ? '：' : ''}`),
  );
  if (!attestations.length) return [...boxes, line('截至本报告生成时，尚无已归档的确认材料。')];
  const rows = attestations.map(({ way, by, at, number, title, sha256 }, index) => [
    { text: String(index + 1), alignment: 'center', fontSize: 9 } as Content,
    {
      stack: [
        { text: `${WAYS.find(([known]) => known === way)?.[1] ?? way}　${by}　归档于${instantZh(new Date(at))}`, fontSize: 9 },
        small([number, title].filter(Boolean).join('　')),
        small(`SHA-256 ${sha256}`),
      ],
    } as Content,
  ]);
  return [...boxes, line('已归档的确认材料：'), list(['序号', '方式、出具人、编号、名称和校验值'], [26, '*'], rows)];
}

function confirmation(report: EvidenceReport): Content[] {
  const { makers } = report.manifest;
  const officers = makers.filter(({ role }) => role === 'officer');
  const signature = (who: string): TableCell[] => [
    { text: who, alignment: 'center', fontSize: SIZE.table },
    { text: ' \n ', fontSize: SIZE.table },
    { text: '　　　　年　　月　　日', alignment: 'center', fontSize: SIZE.table },
  ];
  const rows = [...officers.map(({ name }) => `制作人 ${name}`), '当事人（或拒签说明）', '见证人（或无见证人说明）'];
  return [
    line('制作情况和真实性的确认方式：'),
    ...ways(report),
    {
      unbreakable: true,
      stack: [{ table: { widths: [130, '*', 130], body: rows.map(signature) }, layout: gridLayout, margin: [0, 8, 0, 0] }],
    },
  ];
}

/** Said before anything else: whoever holds the paper must not rely on it. */
function withdrawal({ withdrawn }: EvidenceReport): Content[] {
  if (!withdrawn) return [];
  const { at, reason, correctedBy } = withdrawn;
  const text = `本证据已于 ${local(at)} 撤回，理由：${reason}。${correctedBy ? `更正证据：${correctedBy}。` : ''}`;
  return [{ text, fontSize: SIZE.table, bold: true, margin: [0, 6, 0, 0] }];
}

/** Said before the page itself is: who reads no further knows that the site did not prove who it is. */
function passedErrors({ certificateErrors: decided }: EvidenceReport): Content[] {
  if (!decided) return [];
  const met = decided.errors.length
    ? `采集中遇到的证书错误：${decided.errors.map(errorZh).join('；')}。网站身份未经证书证明。`
    : '采集中未遇到证书错误。';
  return [
    {
      ...(line(`经执法人员决定，遇证书错误仍继续采集，决定人：${decided.by}；理由：${decided.reason}。${met}`) as object),
      bold: true,
      margin: [0, 6, 0, 0],
    } as Content,
  ];
}

/** The code stays, as it stands in the manifest; words are for who does not know it. */
const ERROR_WORDS: Record<string, string> = {
  expired: '已过期',
  notYetValid: '尚未生效',
  nameMismatch: '与网站名称不符',
  chainNotChecked: '未核对颁发者',
  ERR_CERT_AUTHORITY_INVALID: '颁发者不受信任',
  ERR_CERT_COMMON_NAME_INVALID: '与网站名称不符',
  ERR_CERT_DATE_INVALID: '不在有效期内',
  ERR_CERT_REVOKED: '已被吊销',
};

function errorZh(text: string): string {
  const word = ERROR_WORDS[text.split(' ').at(-1) ?? ''];
  return word ? `${text}（${word}）` : text;
}

/**
 * The tangible form of an evidence package: section 14 of the evidence specification, in its order. PDF/A-3u with MANIFEST.json
 * attached, signed when a signer is given; unsigned, the same report and instant give the same bytes. Strange characters of a hostile page are spelled out, never lost.
 */
export function renderEvidenceReport(report: EvidenceReport, signer?: PdfSigner): Promise<Buffer> {
  const { manifest, manifestBytes, manifestSha256, at } = report;
  const sections: [title: string, content: Content | Content[]][] = [
    ['提取情况', extraction(report)],
    ['网址', address(report)],
    ['时间', times(report)],
    ['工具', tools(report)],
    ['采集环境检查', environment(report)],
    ['本案对该网址的全部采集', attempts(report)],
    ['页面截图', report.screens.length ? pictures(report) : line('本证据包没有截图。')],
    ['电子数据清单', items(report)],
    ['证书', certificate(report)],
    ['限制和未取得的部分', limits(report)],
    ['取证清单', checklist(report)],
    ['证明事项', claims(report)],
    ['核验方法', verification(report)],
    ['确认和签名', confirmation(report)],
  ];
  const content: Content[] = [
    { text: manifest.agency.name, fontSize: SIZE.third, alignment: 'center', margin: [0, 0, 0, 6] },
    { text: '电子数据取证报告', fontSize: SIZE.title, bold: true, alignment: 'center', margin: [0, 0, 0, 8] },
    { text: manifest.number, fontSize: SIZE.smallFourth, alignment: 'right' },
    ...withdrawal(report),
    ...passedErrors(report),
    ...sections.flatMap(([title, part], index) => [
      heading(`${'一二三四五六七八九十'[index] ?? `十${'一二三四五六七八九'[index - 10]}`}、${title}`),
      ...(Array.isArray(part) ? part : [part]),
    ]),
  ];
  const attachment: Attachment = {
    name: 'MANIFEST.json',
    mediaType: 'application/json',
    bytes: manifestBytes,
    description: '证据清单',
  };
  return renderPdf(
    {
      content,
      pageMargins: TABLE_MARGINS,
      pageBreakBefore: keepHeadings,
      footer: (page, pages) => ({
        margin: [TABLE_MARGINS[0], 18, TABLE_MARGINS[2], 0],
        columns: [
          `${manifest.number}　清单 ${manifestSha256.slice(0, 16)}`,
          { text: `第 ${page} 页　共 ${pages} 页`, alignment: 'right', width: 110 },
        ],
        fontSize: SIZE.smallFifth,
        color: '#444444',
      }),
    },
    {
      title: `电子数据取证报告 ${manifest.number}`,
      author: manifest.agency.name,
      at,
      attachments: [attachment],
      strangeCharacters: 'spellOut',
      signer,
    },
  );
}
