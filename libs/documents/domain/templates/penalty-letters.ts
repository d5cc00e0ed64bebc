import { template } from '../template';

const party = [
  { key: 'party.name', label: '当事人' },
  { key: 'party.uscc', label: '统一社会信用代码（身份证件号码）' },
  { key: 'party.address', label: '住所（住址）' },
  { key: 'party.legalRep', label: '法定代表人（负责人、经营者）' },
  { key: 'party.phone', label: '联系电话' },
];

/** Forms 37 and 45: what the party is told before the penalty, and the penalty. */
export const penaltyLetters = [
  template({
    form: '37',
    version: 1,
    validFrom: '2021-07-15',
    validTo: null,
    word: '罚告',
    route: 'approved',
    filled: { no: 'number', authority: 'authority', date: 'date', rights: 'template', term: 'template' },
    layout: {
      kind: 'letter',
      red: false,
      addressee: 'party.name',
      blocks: [
        { lines: party },
        {
          text: '由本局立案调查的你（单位）涉嫌违法一案，已经调查终结。依据{{law:程序规定:57}}的规定，现将本局拟作出行政处罚的内容及事实、理由、依据告知如下：',
        },
        { heading: '一、违法事实、理由和依据', field: 'facts' },
        { heading: '二、拟作出的行政处罚', field: 'proposed' },
        { heading: '三、拟责令退还的数额', field: 'refund', when: 'refund' },
        { text: '你（单位）有权进行陈述、申辩。' },
        {
          text: '上述拟作出的行政处罚属于听证范围。依据{{law:行政处罚法:63}}、{{law:行政处罚法:64}}的规定，你（单位）有权要求举行听证。',
          when: 'hearing',
        },
        {
          text: '自收到本告知书之日起{{term:statement}}内，你（单位）未行使陈述、申辩权，未要求举行听证的，视为放弃上述权利。',
          when: 'hearing',
        },
        {
          text: '自收到本告知书之日起{{term:statement}}内，你（单位）未行使陈述、申辩权的，视为放弃上述权利。',
          unless: 'hearing',
        },
        { text: '联系人及地址：{{contact}}' },
      ],
      foot: '本文书一式两份，一份送达，一份归档。',
    },
  }),
  template({
    form: '45',
    version: 1,
    validFrom: '2021-07-15',
    validTo: null,
    word: '罚',
    route: 'approved',
    filled: { no: 'number', authority: 'authority', date: 'date', remedy: 'template', publicity: 'template' },
    layout: {
      kind: 'letter',
      red: false,
      blocks: [
        { lines: party },
        { heading: '一、违法事实和证据', field: 'facts' },
        { heading: '二、陈述、申辩及听证情况', field: 'statement' },
        { heading: '三、行政处罚的内容和依据', field: 'penalty' },
        { heading: '四、履行方式和期限', field: 'perform' },
        {
          text: '如不服本行政处罚决定，可以自收到本决定书之日起{{term:reconsideration}}内向{{authority.reconsideration}}申请行政复议，也可以自收到本决定书之日起{{term:litigation}}内依法向{{authority.court}}提起行政诉讼。申请行政复议或者提起行政诉讼期间，行政处罚不停止执行。',
        },
        { text: '本局将依照{{law:市场监督管理行政处罚信息公示规定:8}}等规定，依法公示本行政处罚决定信息。' },
      ],
      foot: '本文书一式两份，一份送达，一份归档。',
    },
  }),
];
