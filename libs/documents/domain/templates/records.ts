import { template } from '../template';

const pair = (a: string, b: string, labels: { a?: string; b?: string } = {}) => ({
  cells: [
    { key: a, label: labels.a },
    { key: b, label: labels.b },
  ],
});
const wide = (key: string, label?: string) => ({ cells: [{ key, label }] });
const common = { version: 1, validTo: null, word: null, route: 'recorded' as const };

/** Form 12, the receipts X1R and X3R, and form 50: records of what happened, fixed by those who were there. */
export const records = [
  template({
    ...common,
    form: '12',
    validFrom: '2021-07-15',
    filled: { holder: 'hand', witness: 'hand' },
    layout: {
      kind: 'table',
      rows: [
        wide('case', '案由（线索编号）'),
        pair('start', 'end', { a: '提取开始时间', b: '提取结束时间' }),
        wide('place'),
        wide('purpose'),
        wide('source', '电子数据来源'),
        pair('access', 'carrier', { a: '访问方式', b: '存储介质' }),
        wide('device', '设备、系统和软件'),
        wide('network', '网络环境'),
        wide('clean', '清洁性检查'),
        wide('clock', '时间校准'),
        wide('method', '提取方法和步骤'),
        { items: { key: 'result', label: '提取的电子数据清单' } },
        wide('video', '过程录像编号'),
        wide('makers', '制作人'),
        pair('tech', 'witness', { a: '辅助技术人员', b: '见证人（或无见证人说明）' }),
        { opinion: { key: 'holder', label: '持有人（提供人）确认或拒签说明' } },
      ],
      foot: '制作人（签名）：　　　　　　　　　　　　　　　　　　　　日期：',
    },
  }),
  template({
    ...common,
    form: '42',
    validFrom: '2021-07-15',
    filled: Object.fromEntries(
      [
        'when',
        'place',
        'chair',
        'recorder',
        'members',
        'absent',
        'listeners',
        'question',
        'minutes',
        'opinions',
        'conclusion',
      ].map((key) => [key, 'case' as const]),
    ),
    layout: {
      kind: 'table',
      rows: [
        wide('case'),
        wide('party'),
        pair('when', 'place'),
        pair('chair', 'recorder'),
        wide('members'),
        wide('absent', '缺席人员'),
        wide('listeners'),
        wide('question'),
        wide('minutes'),
        wide('opinions'),
        wide('conclusion'),
      ],
      foot: '参加人员（签名）：　　　　　　　　　　　　　　　　记录人（签名）：',
    },
  }),
  template({
    ...common,
    form: '50',
    validFrom: '2021-07-15',
    filled: { witness: 'hand' },
    layout: {
      kind: 'table',
      rows: [
        wide('doc', '送达文书名称及文号'),
        wide('to', '受送达人'),
        wide('where', '送达地点'),
        pair('method', 'when', { a: '送达方式', b: '送达（到达）时间' }),
        wide('receiver', '签收人及与受送达人关系'),
        wide('refused', '拒收事由和日期'),
        wide('witness', '见证人'),
        wide('media', '拍照、录像、截屏'),
        wide('officers', '送达人（执法证号）'),
      ],
      foot: '受送达人（签名或者盖章）：　　　　　　　　　　　　　　　日期：',
    },
  }),
  template({
    ...common,
    form: 'X1R',
    validFrom: '2022-01-01',
    filled: {},
    layout: {
      kind: 'table',
      rows: [wide('ref'), pair('receivedAt', 'doneAt'), wide('how'), wide('notDone'), wide('by')],
      foot: '经办单位（盖章）：　　　　　　　　　　　　　　　　　　　日期：',
    },
  }),
  template({
    ...common,
    form: 'X3R',
    validFrom: '2022-01-01',
    filled: {},
    layout: {
      kind: 'table',
      rows: [wide('ref'), pair('accepted', 'doneAt', { a: '采纳情况' }), wide('proof'), wide('reason', '未采纳或部分采纳的理由')],
      foot: '经办单位（盖章）：　　　　　　　　　　　　　　　　　　　日期：',
    },
  }),
];
