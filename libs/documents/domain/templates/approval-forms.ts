import { template } from '../template';

const pair = (a: string, b: string, labels: { a?: string; b?: string } = {}) => ({
  cells: [
    { key: a, label: labels.a },
    { key: b, label: labels.b },
  ],
});
const wide = (key: string, label?: string) => ({ cells: [{ key, label }] });

/** Forms 7 and 53: what a leader approves before a case begins and when it ends. */
export const approvalForms = [
  template({
    form: '7',
    version: 1,
    validFrom: '2021-07-15',
    validTo: null,
    word: '立',
    route: 'approved',
    filled: { no: 'number', unitOpinion: 'hand', leaderOpinion: 'leader' },
    layout: {
      kind: 'table',
      rows: [
        wide('cause'),
        pair('party.kind', 'sourceRef', { a: '当事人类别', b: '案件来源登记编号' }),
        wide('party.name', '当事人名称（姓名）'),
        pair('party.uscc', 'party.legalRep', { a: '统一社会信用代码（身份证件号码）', b: '法定代表人（负责人、经营者）' }),
        pair('party.address', 'party.phone', { a: '住所（住址）' }),
        wide('facts'),
        wide('law'),
        wide('reason', '立案（不予立案）理由'),
        wide('handlers', '指定办案人员'),
        { opinion: { key: 'unitOpinion', label: '办案机构负责人意见' } },
        { opinion: { key: 'leaderOpinion', label: '部门负责人意见' } },
      ],
    },
  }),
  template({
    form: '53',
    version: 1,
    validFrom: '2021-07-15',
    validTo: null,
    word: '结',
    route: 'approved',
    filled: { no: 'number', handlers: 'submitter', leader: 'leader' },
    layout: {
      kind: 'table',
      rows: [
        wide('case', '案由、当事人、立案日期'),
        wide('decision'),
        wide('execution'),
        wide('ground'),
        { opinion: { key: 'handlers', label: '办案人员意见' } },
        { opinion: { key: 'leader', label: '部门负责人意见' } },
      ],
    },
  }),
];
