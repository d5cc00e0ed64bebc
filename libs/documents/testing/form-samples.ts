import { createHash } from 'node:crypto';
import { law } from '../../kernel';
import type { PrintedExhibit } from '../domain/exhibit-entry';
import type { FormData } from '../domain/field-check';
import type { FormId } from '../domain/template';

const party = {
  kind: '单位',
  name: '交城县骏枣优选电子商务有限公司',
  uscc: '91141122MA0K2XU12D',
  legalRep: '张三',
  address: '山西省吕梁市交城县天宁镇示例路1号',
  phone: '0358-0000000',
};

const officers = [
  { name: '办案人员甲', certificate: '14112200001' },
  { name: '办案人员乙', certificate: '14112200002' },
];

const target = {
  name: '骏枣优选商城',
  domain: 'shop-a.test',
  url: 'http://shop-a.test/goods/1',
  ip: '203.0.113.8',
  icpNo: '晋ICP备2026000001号-1',
  accessProvider: '示例云接入服务商',
};

const facts = [
  '经查，当事人在其自建网站“骏枣优选商城”（http://shop-a.test）首页及商品详情页，使用“全国第一”“最佳”等用语宣传其销售的骏枣，并宣称“100%有效”。',
  '上述事实有电子数据证据包（编号：交市监网证〔2026〕1号）、电子数据证据提取笔录、当事人陈述等证据证明。',
].join('\n');

/** An exhibit of bytes, number `number` of its case. */
export const aPrintedExhibit = (number: number): PrintedExhibit => ({
  number,
  kind: 'electronic',
  name: `http://shop-a.test/goods/${number}（网页取证 E-141122-2026-${String(number).padStart(6, '0')}）`,
  quantity: '1 份',
  at: '2026-11-23T01:04:30.000Z',
  proves: `骏枣优选商城商品页 ${number} 使用绝对化用语`,
  sha256: createHash('sha256').update(`exhibit ${number}`).digest('hex'),
  sm3: createHash('sm3').update(`exhibit ${number}`).digest('hex'),
  holder: '办案人员甲（执法证号：14112200001）',
  place: '本局电子证据存储',
  handovers: [],
});

export const aPrintedThing = (number: number): PrintedExhibit => ({
  number,
  kind: 'thing',
  name: '带有“全国第一”字样的包装盒，红色，20×15 厘米',
  quantity: '3 个',
  at: '2026-11-23T01:30:00.000Z',
  proves: '线下包装与网页宣传一致',
  sha256: null,
  sm3: null,
  holder: '档案室保管员',
  place: '本局物证室 2 号柜',
  handovers: [
    {
      n: 1,
      at: '2026-11-23T01:50:00.000Z',
      from: '办案人员乙',
      to: '档案室保管员',
      place: '本局物证室 2 号柜',
      receipt: 'R-2026-0007',
    },
  ],
});

/** Complete data for every form, as a case would give it; for our tests and for rooms that draft documents. */
export const FORM_SAMPLES: Record<FormId, FormData> = {
  '7': {
    cause: '涉嫌发布违法广告案',
    party,
    sourceRef: '交网线〔2026〕1号',
    facts,
    law: [law('广告法', '9(3)'), law('电子商务法', 15)],
    reason: '有初步证据证明存在违法行为，依法应当给予行政处罚，属于本局管辖，在给予行政处罚的法定期限内。',
    handlers: officers,
    unitOpinion: { opinion: '拟同意立案。', name: '机构负责人丙', at: '2026-11-23T01:30:00.000Z' },
  },
  '11': {
    case: '涉嫌发布违法广告案（交市监立〔2026〕1号）',
    party: party.name,
    asOf: '2026-11-23T02:00:00.000Z',
    officers,
    exhibits: [aPrintedExhibit(1), aPrintedThing(2)],
    note: '第2项随先行登记保存证据通知书一并清点。',
  },
  '24': {
    case: '涉嫌发布违法广告案（交市监立〔2026〕1号）',
    party: party.name,
    asOf: '2026-11-23T02:00:00.000Z',
    ref: '交市监登保〔2026〕1号',
    officers,
    things: [aPrintedThing(2)],
  },
  '12': {
    case: '涉嫌发布违法广告案（交网线〔2026〕1号）',
    start: '2026-11-23T01:00:00.000Z',
    end: '2026-11-23T01:04:30.000Z',
    place: '交城县市场监督管理局电子取证室',
    purpose: '固定骏枣优选商城首页发布的广告内容',
    source: 'http://shop-a.test/ ，域名 shop-a.test，IP 203.0.113.8，端口 80，在地址栏直接输入进入',
    access: '公开',
    device: '采集服务器，Linux 6.1，Chromium 153.0，采集程序 0.1.0',
    network: '出口经本局采集代理，DNS 应答两路一致，hosts 无异常，无系统代理',
    clean: '新建空白浏览器环境，无扩展、无缓存、无登录状态，检查结论：清洁',
    clock: '授时源两路，偏差 12 毫秒，在允许范围内',
    method: [
      '检查采集环境并校准时间',
      '打开网址，等待页面静止，自上而下滚动',
      '保存网页存档、截图、源代码和通信记录',
      '计算校验值并签名固定',
    ],
    result: [
      {
        name: 'content/capture.wacz',
        type: '网页存档',
        size: 1843200,
        sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        sm3: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
      },
      {
        name: 'content/screen/first.png',
        type: '截图',
        size: 402113,
        sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
        sm3: 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732',
      },
    ],
    carrier: '证据服务器一次写入存储，一份，已固定',
    video: ['VIDEO-2026-0001'],
    makers: officers,
    tech: '技术人员丁',
  },
  '37': {
    party,
    facts: `${facts}\n当事人的行为违反了《广告法》的规定，构成发布使用绝对化用语广告的违法行为。`,
    proposed: '一、责令停止发布违法广告；\n二、罚款人民币200000.00元。',
    hearing: true,
    contact: '办案人员甲、办案人员乙，交城县天宁镇示例路2号，0358-0000001',
  },
  '42': {
    case: '涉嫌发布违法广告案（交市监立〔2026〕1号）',
    party: party.name,
    when: '2026-12-10T01:00:00.000Z',
    place: '本局会议室',
    chair: '负责人己',
    recorder: '内勤',
    members: '负责人己、负责人庚、负责人辛',
    absent: '负责人壬（外出开会）',
    listeners: '办案人员甲、审核人员丁',
    question: '是否同意对当事人罚款人民币200000.00元的拟处罚意见',
    minutes: '办案人员汇报案情和拟处罚意见，审核人员汇报审核意见，参加人员逐一发表意见。',
    opinions: ['负责人己（同意）：事实清楚，同意。', '负责人庚（同意）：裁量适当，同意。', '负责人辛（不同意）：建议从轻。'],
    conclusion: '同意拟处罚意见。',
  },
  '45': {
    party,
    facts,
    statement: '当事人在法定期限内未提出陈述、申辩意见，未要求举行听证。',
    penalty: [
      { content: '责令停止发布违法广告；', basis: [law('广告法', 57)] },
      { content: '罚款人民币200000.00元。', basis: [law('广告法', 57)] },
    ],
    perform: '自收到本决定书之日起十五日内，将罚款缴至指定银行账户。到期不缴纳罚款的，每日按罚款数额的百分之三加处罚款。',
    actDate: '2026-11-20',
  },
  '50': {
    doc: '行政处罚决定书（交市监罚〔2026〕1号）',
    to: party.name,
    where: party.address,
    method: '直接送达',
    when: '2026-12-20T02:30:00.000Z',
    receiver: '张三，法定代表人',
    officers,
  },
  '53': {
    case: '交城县骏枣优选电子商务有限公司涉嫌发布违法广告案，2026年11月23日立案',
    decision: '交市监罚〔2026〕1号：责令停止发布，罚款人民币200000.00元',
    execution: '当事人已停止发布违法广告，罚款已于2026年12月28日缴清。',
    ground: '行政处罚决定执行完毕',
  },
  X1: {
    to: { name: '示例网络交易平台有限公司' },
    caseNo: '交市监立〔2026〕1号',
    target: [
      target,
      { name: '骏枣优选商城（移动版）', domain: 'm.shop-a.test', url: 'http://m.shop-a.test/', ip: '203.0.113.9' },
    ],
    scope: ['全店'],
    reason: facts,
    basis: [law('电子商务信用管理制度', 23), law('电子商务法', 25)],
    from: '2026-11-25T04:00:00.000Z',
    until: '自执行之日起三十日；违法情形消除并经本局复核的，提前解除。',
    preserve: ['店铺页面及历史版本', '交易记录', '访问日志'],
    feedback: '2026-11-27T10:00:00.000Z',
    remedyText: '你单位及店铺经营者对本通知有异议的，可以向本局书面提出，本局将及时答复。',
  },
  X1R: {
    ref: '交市监停服〔2026〕1号',
    receivedAt: '2026-11-24T01:05:00.000Z',
    doneAt: '2026-11-24T03:20:00.000Z',
    how: ['关闭店铺前台访问，截图 1 张（sha256 2c26b46b68ffc68f）'],
    by: '平台联络人 李四',
  },
  X2: {
    ref: '交市监停服〔2026〕1号',
    to: '示例网络交易平台有限公司',
    reason: '违法情形已经消除',
    effective: '2026-12-20T01:00:00.000Z',
  },
  X3: {
    to: { name: '示例电信运营商交城分公司' },
    decision: '交市监罚〔2026〕1号，2026年12月20日送达',
    target,
    advice: ['关闭网站', '停止接入'],
    reason: '当事人在行政处罚决定生效后，该网站仍是其实施违法行为的主要载体。',
    basis: [law('电子商务信用管理制度', 24)],
    reply: '2027-01-12',
    attach: ['行政处罚决定书副本（交市监罚〔2026〕1号）'],
  },
  X3R: {
    ref: '交市监建〔2026〕1号',
    accepted: '采纳',
    doneAt: '2026-12-24T03:00:00.000Z',
    proof: ['停止接入工单截图', '域名解析停止截图'],
  },
};

export const SAMPLE_AUTHORITY = {
  name: '交城县市场监督管理局',
  word: '交市监',
  address: '交城县天宁镇示例路2号',
  phone: '0358-0000001',
  reconsideration: '交城县人民政府',
  court: '交城县人民法院',
};
