import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useTranslate } from 'react-admin';
import { answerOf } from '../api/http';
import type { Capture, CaptureFile } from '../api/types';
import { useWord } from '../parts/choices';
import { Panel, Stacked } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { Fetching } from '../parts/Refusal';
import { StateMark } from '../parts/StateMark';
import { monospace } from '../theme';
import { filePath } from './files';

interface Check {
  id: string;
  at: string;
  result: string;
  expected: string;
  observed: string;
}

interface Checks {
  before: Check[];
  after: Check[];
  verdict: string;
}

const checksFile = 'record/environment.json';
const isText = ({ path }: CaptureFile) =>
  /^record\/[^/]+\.(json|jsonl)$/.test(path) && path !== checksFile && path !== 'record/exchanges.jsonl';

const useFileText = (capture: Capture, path: string) =>
  useQuery({
    queryKey: ['file', capture.id, path],
    queryFn: async ({ signal }) => (await answerOf(filePath(capture.id, path), { signal })).text(),
  });

const CheckTable = ({ title, checks }: { title: string; checks: Check[] }) => {
  const translate = useTranslate();
  const word = useWord();
  const label = (name: string) => translate(`console.environmentCheck.${name}`);
  return (
    <Panel title={title} flush>
      <PlainTable
        caption={title}
        rows={checks}
        rowKey={(c, index) => `${c.id}${index}`}
        columns={[
          { key: 'id', label: label('id'), cell: (c) => c.id },
          { key: 'what', label: label('what'), cell: (c) => word('environmentCheck', c.id) },
          { key: 'result', label: label('result'), cell: (c) => <StateMark kind="environmentResult" state={c.result} /> },
          { key: 'expected', label: label('expected'), cell: (c) => c.expected },
          { key: 'observed', label: label('observed'), cell: (c) => c.observed },
        ]}
      />
    </Panel>
  );
};

const EnvironmentChecks = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const { data, isPending, error } = useFileText(capture, checksFile);
  const checks = data === undefined ? undefined : (JSON.parse(data) as Checks);
  return (
    <>
      <Fetching isPending={isPending} error={error} />
      {checks && <CheckTable title={translate('console.environmentCheck.before')} checks={checks.before} />}
      {checks && <CheckTable title={translate('console.environmentCheck.after')} checks={checks.after} />}
    </>
  );
};

/** A record of the package as plain text, unchanged. */
const RecordText = ({ capture, file }: { capture: Capture; file: CaptureFile }) => {
  const { data, isPending, error } = useFileText(capture, file.path);
  return (
    <Panel title={`${file.title} · ${file.path}`}>
      <Fetching isPending={isPending} error={error} />
      {data !== undefined && (
        <Box
          component="pre"
          tabIndex={0}
          sx={{ m: 0, maxHeight: 320, overflow: 'auto', fontFamily: monospace, fontSize: '0.78rem' }}
        >
          {data}
        </Box>
      )}
    </Panel>
  );
};

/** In what environment the capture was made: the checks with their reasons, then names, steps and console as recorded. */
export const Environment = ({ capture, files }: { capture: Capture; files: CaptureFile[] }) => {
  const translate = useTranslate();
  const hasChecks = files.some(({ path }) => path === checksFile);
  if (files.length === 0) return <Typography color="text.secondary">{translate('console.nothing')}</Typography>;
  return (
    <Stacked>
      {hasChecks && <EnvironmentChecks capture={capture} />}
      {files.filter(isText).map((file) => (
        <RecordText key={file.path} capture={capture} file={file} />
      ))}
    </Stacked>
  );
};
