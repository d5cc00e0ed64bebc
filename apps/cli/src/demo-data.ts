import type { NewOfficer, Role } from '../../../libs/officers';
import type { Scope } from '../../../libs/platform';
import type { OperatorInput, OutletInput, SubjectInput } from '../../../libs/registry';

/** Everything here is invented for demonstration and marked as such by its names. */
export const DEMO_PASSWORD = 'Demo-Supervision-2026';

export const DEMO_UNITS = [
  {
    id: 'd0000000-0000-4000-8000-000000000001',
    name: '网络交易监管股',
    divisionCode: '141122',
    agencyName: '交城县市场监督管理局(演示)',
    documentWord: '交市监',
    telephone: '0358-0000000',
    reconsideration: '交城县人民政府(演示)',
    court: '交城县人民法院(演示)',
  },
  {
    id: 'd0000000-0000-4000-8000-000000000002',
    name: '网络交易监管股',
    divisionCode: '141121',
    agencyName: '文水县市场监督管理局(演示)',
    documentWord: '文市监',
    telephone: '0358-0000001',
    reconsideration: '文水县人民政府(演示)',
    court: '文水县人民法院(演示)',
  },
  {
    id: 'd0000000-0000-4000-8000-000000000003',
    name: '网络交易监管科',
    divisionCode: '141100',
    agencyName: '吕梁市市场监督管理局(演示)',
    documentWord: '吕市监',
    telephone: '0358-0000002',
    reconsideration: '吕梁市人民政府(演示)',
    court: '吕梁市离石区人民法院(演示)',
  },
];

const [COUNTY_A, COUNTY_B, CITY] = DEMO_UNITS.map(({ id }) => id) as [string, string, string];

type DemoOfficer = Omit<NewOfficer, 'password'> & { role: Role; scope: Scope };

export const DEMO_OFFICERS: DemoOfficer[] = [
  { account: 'officer.a', name: '办案人员甲', certificate: 'SX14112200001', unitId: COUNTY_A, role: 'officer', scope: 'unit' },
  { account: 'officer.b', name: '办案人员乙', certificate: 'SX14112200002', unitId: COUNTY_A, role: 'officer', scope: 'unit' },
  {
    account: 'inspector.a',
    name: '巡查人员甲',
    certificate: 'SX14112200003',
    unitId: COUNTY_A,
    role: 'inspector',
    scope: 'unit',
  },
  {
    account: 'inspector.b',
    name: '巡查人员乙',
    certificate: 'SX14112200004',
    unitId: COUNTY_A,
    role: 'inspector',
    scope: 'unit',
  },
  {
    account: 'reviewer.a',
    name: '法制审核人员甲',
    certificate: 'SX14112200005',
    unitId: COUNTY_A,
    role: 'legalReviewer',
    scope: 'unit',
  },
  { account: 'head.a', name: '负责人甲', certificate: 'SX14112200006', unitId: COUNTY_A, role: 'head', scope: 'unit' },
  { account: 'liaison.a', name: '平台联络员甲', certificate: null, unitId: COUNTY_A, role: 'liaison', scope: 'unit' },
  { account: 'auditor.a', name: '审计员甲', certificate: null, unitId: CITY, role: 'auditor', scope: 'below' },
  { account: 'sysadmin', name: '系统管理员', certificate: null, unitId: CITY, role: 'systemAdmin', scope: 'none' },
  { account: 'secadmin', name: '安全管理员', certificate: null, unitId: CITY, role: 'securityAdmin', scope: 'none' },
  { account: 'officer.c', name: '办案人员丙', certificate: 'SX14112100001', unitId: COUNTY_B, role: 'officer', scope: 'unit' },
  { account: 'head.c', name: '负责人丙', certificate: 'SX14112100002', unitId: COUNTY_B, role: 'head', scope: 'unit' },
  { account: 'head.city', name: '市局负责人', certificate: 'SX14110000001', unitId: CITY, role: 'head', scope: 'below' },
];

export const DEMO_OPERATORS: OperatorInput[] = [
  {
    name: '示例云主机服务有限公司',
    kind: 'hosting',
    contacts: [
      { name: '值班联系人', role: 'executor', email: 'noc@operator.test', phone: '0351-0000091', purpose: '接收监管文书' },
      { name: '法务联系人', role: 'acknowledger', email: 'legal@operator.test', phone: '0351-0000092', purpose: '接收监管文书' },
    ],
  },
  {
    name: '示例电信运营商山西分公司',
    kind: 'telecom',
    contacts: [
      { name: '信息安全岗', role: 'executor', email: 'security@operator.test', phone: '0351-0000081', purpose: '接收监管文书' },
      { name: '合规岗', role: 'acknowledger', email: 'compliance@operator.test', phone: '0351-0000082', purpose: '接收监管文书' },
    ],
  },
];

interface DemoShop {
  subject: SubjectInput;
  outlet?: Omit<OutletInput, 'subjectId'>;
  operator?: string;
}

export const DEMO_SHOPS: DemoShop[] = [
  {
    subject: {
      uscc: '91141122MA0GJ0064J',
      name: '慢读书房示例文化有限公司',
      kind: 'enterprise',
      domicile: '山西省吕梁市交城县示例书院街 6 号',
      divisionCode: '141122',
      contactPhone: '0358-0000066',
    },
    outlet: {
      siteName: '慢读书房',
      domain: 'nohdr.test',
      url: 'http://nohdr.test/',
      ip: '192.0.2.66',
      siteType: 'commercial-own-goods',
      icpNo: '晋ICP备00000066号-1',
      isp: '示例云主机服务有限公司',
      idcAddress: '山西省太原市示例机房',
      contact: '0358-0000066',
      otherFilings: '出版物经营许可证',
      carrierKind: 'website',
      declaration: '以上备案内容真实,如有虚假愿承担法律责任。',
    },
    operator: '示例云主机服务有限公司',
  },
  {
    subject: {
      uscc: '91141122MA0YP0039R',
      name: '优品数码示例有限公司',
      kind: 'enterprise',
      domicile: '山西省吕梁市交城县示例大街 3 号',
      divisionCode: '141122',
      contactPhone: '0358-0000033',
    },
  },
  {
    subject: {
      uscc: '91141122MA0HX007XQ',
      name: '花信鲜花示例有限公司',
      kind: 'enterprise',
      domicile: '山西省吕梁市交城县示例花园路 7 号',
      divisionCode: '141122',
      contactPhone: '0358-0000077',
    },
  },
];
