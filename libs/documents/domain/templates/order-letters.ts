import { template } from '../template';

/**
 * X1, X2 and X3: letters to platforms, providers and telecom operators. No rule prescribes their form; the layout is ours. They
 * print no remedy as law: which remedy is told is for the legal office, whose words come with the data (`remedyText`).
 */
export const orderLetters = [
  template({
    form: 'X1',
    version: 1,
    validFrom: '2022-01-01',
    validTo: null,
    word: '停服',
    route: 'approved',
    filled: { no: 'number', approval: 'leader', authority: 'authority', date: 'date' },
    layout: {
      kind: 'letter',
      red: true,
      addressee: 'to',
      blocks: [
        {
          text: '本局对下列对象涉嫌违法案件已经立案（立案文号：{{caseNo}}）。为及时制止违法行为，依据{{basis}}，现通知你单位暂停提供服务。',
        },
        { heading: '一、涉嫌违法事实', field: 'reason' },
        { text: '二、暂停对象' },
        { targets: 'target' },
        { heading: '三、暂停的服务范围', field: 'scope' },
        { heading: '四、执行时限', field: 'from' },
        { heading: '五、暂停期限或解除条件', field: 'until' },
        { heading: '六、反馈期限及方式', field: 'feedback' },
        { text: '请使用本通知书所附安全链接签收并反馈执行情况，附执行方式及证明截图；未执行或部分执行的，请说明理由。' },
        { heading: '七、同时保存的数据', field: 'preserve', when: 'preserve' },
        { text: '{{remedyText}}', when: 'remedyText' },
      ],
      foot: '附：暂停提供服务执行回执',
    },
  }),
  template({
    form: 'X2',
    version: 1,
    validFrom: '2022-01-01',
    validTo: null,
    word: '复服',
    route: 'approved',
    filled: { no: 'number', approval: 'leader', authority: 'authority', date: 'date' },
    layout: {
      kind: 'letter',
      red: true,
      addressee: 'to',
      blocks: [
        { text: '本局此前向你单位发出《暂停提供服务通知书》（文号：{{ref}}）。因{{reason}}，现通知你单位恢复提供服务。' },
        { heading: '一、恢复时间', field: 'effective' },
        { text: '二、反馈' },
        { text: '请在恢复后通过所附安全链接反馈恢复时间及证明截图。' },
        { text: '{{remedyText}}', when: 'remedyText' },
      ],
    },
  }),
  template({
    form: 'X3',
    version: 1,
    validFrom: '2022-01-01',
    validTo: null,
    word: '建',
    route: 'approved',
    filled: { no: 'number', authority: 'authority', date: 'date' },
    layout: {
      kind: 'letter',
      red: true,
      addressee: 'to',
      blocks: [
        { text: '本局已对下列网站的经营者作出行政处罚决定（{{decision}}）。依据{{basis}}，现提出如下行政建议：' },
        { text: '一、网站' },
        { targets: 'target' },
        { heading: '二、建议事项', field: 'advice' },
        { heading: '三、理由', field: 'reason' },
        { text: '请于{{reply}}前将采纳情况及证明材料书面回复本局。' },
        { text: '{{remedyText}}', when: 'remedyText' },
      ],
      attachments: 'attach',
    },
  }),
];
