import { lazy } from 'react';
import { Admin, CustomRoutes, Resource } from 'react-admin';
import { Route } from 'react-router-dom';
import { dataProvider } from './api/data-provider';
import { authProvider } from './auth/auth-provider';
import { LoginPage } from './auth/LoginPage';
import { i18nProvider } from './i18n';
import { Layout } from './layout/Layout';
import { darkTheme, lightTheme } from './theme';

const Workbench = lazy(() => import('./workbench/Workbench'));
const SubjectList = lazy(() => import('./subjects/SubjectList'));
const SubjectShow = lazy(() => import('./subjects/SubjectShow'));
const SubjectCreate = lazy(() => import('./subjects/SubjectForm').then((m) => ({ default: m.SubjectCreate })));
const SubjectEdit = lazy(() => import('./subjects/SubjectForm').then((m) => ({ default: m.SubjectEdit })));
const OutletList = lazy(() => import('./outlets/OutletList'));
const OutletShow = lazy(() => import('./outlets/OutletShow'));
const OutletCreate = lazy(() => import('./outlets/OutletForm').then((m) => ({ default: m.OutletCreate })));
const OutletEdit = lazy(() => import('./outlets/OutletForm').then((m) => ({ default: m.OutletEdit })));
const OperatorList = lazy(() => import('./operators/OperatorList'));
const OperatorShow = lazy(() => import('./operators/OperatorShow'));
const OperatorCreate = lazy(() => import('./operators/OperatorForm').then((m) => ({ default: m.OperatorCreate })));
const OperatorEdit = lazy(() => import('./operators/OperatorForm').then((m) => ({ default: m.OperatorEdit })));
const BadgeList = lazy(() => import('./badges/BadgeList'));
const BadgeShow = lazy(() => import('./badges/BadgeShow'));
const FindingQueue = lazy(() => import('./findings/FindingQueue'));
const FindingShow = lazy(() => import('./findings/FindingShow'));
const CaptureList = lazy(() => import('./captures/CaptureList'));
const CaptureCreate = lazy(() => import('./captures/CaptureCreate'));
const CaptureShow = lazy(() => import('./captures/CaptureShow'));
const CaseList = lazy(() => import('./cases/CaseList'));
const CaseCreate = lazy(() => import('./cases/CaseCreate'));
const CaseFile = lazy(() => import('./cases/CaseFile'));
const OrderBoard = lazy(() => import('./orders/OrderBoard'));
const OrderShow = lazy(() => import('./orders/OrderShow'));
const OrderEdit = lazy(() => import('./orders/OrderEdit'));
const DocumentShow = lazy(() => import('./documents/DocumentShow'));
const OfficerList = lazy(() => import('./officers/OfficerList'));
const OfficerCreate = lazy(() => import('./officers/OfficerForm').then((m) => ({ default: m.OfficerCreate })));
const OfficerEdit = lazy(() => import('./officers/OfficerForm').then((m) => ({ default: m.OfficerEdit })));
const AuditLog = lazy(() => import('./audit/AuditLog'));

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
