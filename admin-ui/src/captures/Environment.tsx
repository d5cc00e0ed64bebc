import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useTranslate } from 'react-admin';
import { answerOf } from '../api/http';
import type { Capture, CaptureFile } from '../api/types';
import { Stacked } from '../parts/Panel';
import { Fetching } from '../parts/Refusal';
import { monospace } from '../theme';

const wanted = [
  'record/environment.json',
  'record/dns.json',
  'record/tls.json',
  'record/timeline.jsonl',
  'record/timeline.ndjson',
  'record/timeline.json',
  'record/request.json',
];
const isWanted = (file: CaptureFile) => wanted.includes(file.path) || /^record\/.*\.(json|jsonl|ndjson)$/.test(file.path);

const pretty = (text: string) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

const RecordFile = ({ capture, path }: { capture: Capture; path: string }) => {
  const { data, isPending, error } = useQuery({
    queryKey: ['file', capture.id, path],
    queryFn: async ({ signal }) =>
      pretty(
        await (
          await answerOf(`captures/${capture.id}/files/${path.split('/').map(encodeURIComponent).join('/')}`, { signal })
        ).text(),
      ),
  });
  return (
    <Box component="section" aria-label={path}>
      <Typography variant="h3" sx={{ mb: 0.5 }}>
        {path}
      </Typography>
      <Fetching isPending={isPending} error={error} />
      {data !== undefined && (
        <Box
          component="pre"
          tabIndex={0}
          sx={{
            m: 0,
            p: 1.5,
            maxHeight: 360,
            overflow: 'auto',
            fontFamily: monospace,
            fontSize: '0.78rem',
            bgcolor: 'background.default',
            border: 1,
            borderColor: 'divider',
          }}
        >
          {data}
        </Box>
      )}
    </Box>
  );
};

/** In what environment the capture was made: the package's own records, as text, unchanged but for indentation. */
export const Environment = ({ capture, files }: { capture: Capture; files: CaptureFile[] }) => {
  const translate = useTranslate();
  const records = files
    .filter(isWanted)
    .sort((a, b) => Number(b.path.includes('environment')) - Number(a.path.includes('environment')));
  if (records.length === 0) return <Typography color="text.secondary">{translate('console.nothing')}</Typography>;
  return (
    <Stacked>
      {records.map((file) => (
        <RecordFile key={file.path} capture={capture} path={file.path} />
      ))}
    </Stacked>
  );
};
