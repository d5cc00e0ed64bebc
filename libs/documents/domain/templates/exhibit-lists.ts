import { template } from '../template';

const wide = (key: string, label?: string) => ({ cells: [{ key, label }] });
const common = {
  version: 1,
  validFrom: '2021-07-15',
  validTo: null,
  word: null,
  route: 'recorded' as const,
};

/**
 * Forms 11 and 24: the numbers and names are those of the 2021 set, whose printed bodies were not obtained; their fields are those of
 * the governing articles and those that a list of this kind needs (marks in forms.json). What stands in the list comes from the case.
 */
export const exhibitLists = [
  template({
    ...common,
    form: '11',
    filled: { exhibits: 'case', asOf: 'case', holder: 'hand', witness: 'hand' },
    layout: {
      kind: 'list',
      landscape: true,
      rows: [
        {
          cells: [
            { key: 'case', label: '案由和案号' },
            { key: 'party', label: '当事人' },
          ],
        },
        {
          cells: [
            { key: 'asOf', label: '清单截止时间' },
            { key: 'officers', label: '提取人' },
          ],
        },
        wide('note'),
      ],
      list: 'exhibits',
      columns: ['number', 'kind', 'name', 'quantity', 'proves', 'holder', 'handovers'],
      signatures: ['提取人（签名）', '提取人（签名）', '当事人（持有人）确认或拒签说明', '见证人（或无见证人说明）'],
    },
  }),
  template({
    ...common,
    form: '24',
    filled: { things: 'case', asOf: 'case', holder: 'hand', keeper: 'hand', witness: 'hand' },
    layout: {
      kind: 'list',
      landscape: false,
      rows: [
        wide('case', '案由和案号'),
        {
          cells: [
            { key: 'party', label: '当事人' },
            { key: 'asOf', label: '清单截止时间' },
          ],
        },
        wide('ref', '对应文书文号'),
        wide('officers', '执法人员'),
        wide('note'),
      ],
      list: 'things',
      columns: ['number', 'name', 'quantity', 'holder', 'handovers'],
      signatures: [
        '执法人员（签名）',
        '执法人员（签名）',
        '当事人（签名或者盖章）',
        '保管人（签名）',
        '见证人（或无见证人说明）',
      ],
    },
  }),
];
