import type { ReactNode } from 'react';
import { Show, Tab, TabbedShowLayout, useRecordContext, useTranslate } from 'react-admin';
import { useItems } from '../api/use-api';
import type { Capture, CaptureFile } from '../api/types';
import { Fetching } from '../parts/Refusal';
import { Stacked } from '../parts/Panel';
import { Attempts, Observation } from './Attempts';
import { CaptureHead } from './CaptureHead';
import { Compare } from './Compare';
import { Custody } from './Custody';
import { Environment } from './Environment';
import { Exchanges } from './Exchanges';
import { Files } from './Files';
import { Life } from './Life';
import { EndedSteps, LiveSteps } from './LiveSteps';
import { Pictures } from './Pictures';
import { SecondVantage } from './SecondVantage';
import { isDisposed, isEnded, isFixed, isRunning } from './running';
import { SessionPanel } from './session/SessionPanel';
import { CaptureTimeline, NamesAndCertificates } from './RecordTabs';

const FilesOf = ({ children }: { children: (capture: Capture, files: CaptureFile[]) => ReactNode }) => {
  const capture = useRecordContext<Capture>();
  const { items, isPending, error, refetch } = useItems<CaptureFile>(capture && `captures/${capture.id}/files`);
  if (!capture) return null;
  return (
    <>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && children(capture, items)}
    </>
  );
};

const Whole = () => {
  const capture = useRecordContext<Capture>();
  const translate = useTranslate();
  if (!capture) return null;
  const tab = (name: string) => translate(`tab.${name}`);
  const page = capture.received === null; // what was handed over has neither screens nor exchanges
  return (
    <Stacked>
      <CaptureHead capture={capture} />
      <SecondVantage capture={capture} />
      {capture.mode === 'interactive' && isRunning(capture) && <SessionPanel capture={capture} />}
      <LiveSteps capture={capture} />
      <EndedSteps capture={capture} />
      {isEnded(capture) && <Observation capture={capture} />}
      {isDisposed(capture) && (
        <TabbedShowLayout>
          <Tab label={tab('life')} path="">
            <Life />
          </Tab>
          <Tab label={tab('files')} path="files">
            <FilesOf>{(c, files) => <Files capture={c} files={files} />}</FilesOf>
          </Tab>
          <Tab label={tab('custody')} path="custody">
            <Custody />
          </Tab>
        </TabbedShowLayout>
      )}
      {isFixed(capture) && (
        <TabbedShowLayout>
          {page && (
            <Tab label={tab('pictures')} path="">
              <FilesOf>{(c, files) => <Pictures capture={c} files={files} />}</FilesOf>
            </Tab>
          )}
          {page && (
            <Tab label={tab('exchanges')} path="exchanges">
              <Exchanges />
            </Tab>
          )}
          <Tab label={tab('files')} path={page ? 'files' : ''}>
            <FilesOf>{(c, files) => <Files capture={c} files={files} />}</FilesOf>
          </Tab>
          {page && (
            <Tab label={tab('names')} path="names">
              <FilesOf>{(c, files) => <NamesAndCertificates capture={c} files={files} />}</FilesOf>
            </Tab>
          )}
          {page && (
            <Tab label={tab('steps')} path="steps">
              <FilesOf>{(c, files) => <CaptureTimeline capture={c} files={files} />}</FilesOf>
            </Tab>
          )}
          {page && (
            <Tab label={tab('environment')} path="environment">
              <FilesOf>{(c, files) => <Environment capture={c} files={files} />}</FilesOf>
            </Tab>
          )}
          <Tab label={tab('life')} path="life">
            <Life />
          </Tab>
          <Tab label={tab('custody')} path="custody">
            <Custody />
          </Tab>
          <Tab label={tab('compare')} path="compare">
            <Compare />
          </Tab>
        </TabbedShowLayout>
      )}
      {page && !isRunning(capture) && <Attempts capture={capture} />}
    </Stacked>
  );
};

const CaptureShow = () => (
  <Show component="div" actions={false}>
    <Whole />
  </Show>
);

export default CaptureShow;
