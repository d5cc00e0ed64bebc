import { Admin, CustomRoutes, Resource } from 'react-admin';
import { Route } from 'react-router-dom';
import { dataProvider } from './api/data-provider';
import { authProvider } from './auth/auth-provider';
import { LoginPage } from './auth/LoginPage';
import { i18nProvider } from './i18n';
import { Layout } from './layout/Layout';
import { lazyPage } from './layout/lazy-page';
import { darkTheme, lightTheme } from './theme';

const Workbench = lazyPage(() => import('./workbench/Workbench'));
const SubjectList = lazyPage(() => import('./subjects/SubjectList'));
const SubjectShow = lazyPage(() => import('./subjects/SubjectShow'));
const SubjectCreate = lazyPage(() => import('./subjects/SubjectForm').then((m) => ({ default: m.SubjectCreate })));
const SubjectEdit = lazyPage(() => import('./subjects/SubjectForm').then((m) => ({ default: m.SubjectEdit })));
const OutletList = lazyPage(() => import('./outlets/OutletList'));
const OutletShow = lazyPage(() => import('./outlets/OutletShow'));
const OutletCreate = lazyPage(() => import('./outlets/OutletForm').then((m) => ({ default: m.OutletCreate })));
const OutletEdit = lazyPage(() => import('./outlets/OutletForm').then((m) => ({ default: m.OutletEdit })));
const OperatorList = lazyPage(() => import('./operators/OperatorList'));
const OperatorShow = lazyPage(() => import('./operators/OperatorShow'));
const OperatorCreate = lazyPage(() => import('./operators/OperatorForm').then((m) => ({ default: m.OperatorCreate })));
const OperatorEdit = lazyPage(() => import('./operators/OperatorForm').then((m) => ({ default: m.OperatorEdit })));
const BadgeList = lazyPage(() => import('./badges/BadgeList'));
const BadgeShow = lazyPage(() => import('./badges/BadgeShow'));
const FindingQueue = lazyPage(() => import('./findings/FindingQueue'));
const FindingShow = lazyPage(() => import('./findings/FindingShow'));
const CaptureList = lazyPage(() => import('./captures/CaptureList'));
const CaptureCreate = lazyPage(() => import('./captures/CaptureCreate'));
const CaptureShow = lazyPage(() => import('./captures/CaptureShow'));
const CaseList = lazyPage(() => import('./cases/CaseList'));
const CaseCreate = lazyPage(() => import('./cases/CaseCreate'));
const CaseFile = lazyPage(() => import('./cases/CaseFile'));
const OrderBoard = lazyPage(() => import('./orders/OrderBoard'));
const OrderShow = lazyPage(() => import('./orders/OrderShow'));
const OrderEdit = lazyPage(() => import('./orders/OrderEdit'));
const DocumentShow = lazyPage(() => import('./documents/DocumentShow'));
const OfficerList = lazyPage(() => import('./officers/OfficerList'));
const OfficerCreate = lazyPage(() => import('./officers/OfficerForm').then((m) => ({ default: m.OfficerCreate })));
const OfficerEdit = lazyPage(() => import('./officers/OfficerForm').then((m) => ({ default: m.OfficerEdit })));
const AuditLog = lazyPage(() => import('./audit/AuditLog'));

/** Papers have a number only once they are approved. */
const byNumber = (record: { number?: string | null; title?: string }) => record.number ?? record.title ?? '';
const byName = (record: { name?: string }) => record.name ?? '';

export const App = () => (
  <Admin
    title="网络市场监管"
    dataProvider={dataProvider}
    authProvider={authProvider}
    i18nProvider={i18nProvider}
    layout={Layout}
    loginPage={LoginPage}
    dashboard={Workbench}
    theme={lightTheme}
    darkTheme={darkTheme}
    defaultTheme="light"
    requireAuth
    disableTelemetry
  >
    <Resource
      name="subjects"
      list={SubjectList}
      show={SubjectShow}
      create={SubjectCreate}
      edit={SubjectEdit}
      recordRepresentation={byName}
    />
    <Resource
      name="outlets"
      list={OutletList}
      show={OutletShow}
      create={OutletCreate}
      edit={OutletEdit}
      recordRepresentation="siteName"
    />
    <Resource
      name="operators"
      list={OperatorList}
      show={OperatorShow}
      create={OperatorCreate}
      edit={OperatorEdit}
      recordRepresentation={byName}
    />
    <Resource name="badges" list={BadgeList} show={BadgeShow} recordRepresentation="code" />
    <Resource name="findings" list={FindingQueue} show={FindingShow} recordRepresentation="summary" />
    <Resource name="captures" list={CaptureList} show={CaptureShow} create={CaptureCreate} recordRepresentation="number" />
    <Resource name="cases" list={CaseList} show={CaseFile} create={CaseCreate} recordRepresentation="number" />
    <Resource name="orders" list={OrderBoard} show={OrderShow} edit={OrderEdit} recordRepresentation={byNumber} />
    <Resource name="documents" show={DocumentShow} recordRepresentation={byNumber} />
    <Resource name="officers" list={OfficerList} create={OfficerCreate} edit={OfficerEdit} recordRepresentation={byName} />
    <CustomRoutes>
      <Route path="/audit" element={<AuditLog />} />
    </CustomRoutes>
  </Admin>
);
