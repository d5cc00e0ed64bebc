import { Button } from '@mui/material';
import { useDataProvider, useLocaleState, useNotify, useTranslate } from 'react-admin';
import { sentenceOf } from '../api/problem';
import type { Capture, CaptureFile } from '../api/types';
import type { ConsoleDataProvider } from '../api/data-provider';
import { useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { PlainTable } from '../parts/PlainTable';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { filePath, readableSize } from './files';
import { isDisposed } from './running';

/** The content of the package, file by file, with its digests. */
export const Files = ({ capture, files }: { capture: Capture; files: CaptureFile[] }) => {
  const translate = useTranslate();
  const word = useWord();
  const notify = useNotify();
  const [locale] = useLocaleState();
  const provider = useDataProvider<ConsoleDataProvider>();
  const fetchFile = (path: string) =>
    provider
      .download(filePath(capture.id, path), path.split('/').at(-1) ?? 'file')
      .catch((error: unknown) => notify(sentenceOf(error, translate), { type: 'error' }));
  const label = (field: string) => translate(`console.file.${field}`);
  const stateOf = (path: string) => capture.artefacts.find((a) => a.path === path)?.state;
  return (
    <PlainTable
      caption={translate('tab.files')}
      rows={files}
      rowKey={(f) => f.path}
      columns={[
        { key: 'path', label: label('path'), cell: (f) => <code>{f.path}</code> },
        { key: 'role', label: label('role'), cell: (f) => (locale === 'en' ? word('fileRole', f.role) : f.title) },
        { key: 'state', label: label('state'), cell: (f) => <StateMark kind="fileState" state={stateOf(f.path)} /> },
        { key: 'size', label: label('size'), align: 'right', cell: (f) => readableSize(f.size, locale) },
        { key: 'sha256', label: 'SHA-256', cell: (f) => <Digest value={f.sha256} name={`SHA-256 ${f.path}`} /> },
        { key: 'sm3', label: 'SM3', cell: (f) => <Digest value={f.sm3} name={`SM3 ${f.path}`} /> },
        {
          key: 'get',
          label: translate('console.download'),
          cell: (f) =>
            f.destroyedAt ? (
              <>
                {translate('console.destruction.gone')} <When at={f.destroyedAt} />
              </>
            ) : isDisposed(capture) ? (
              '—'
            ) : (
              <Button onClick={() => void fetchFile(f.path)} aria-label={translate('console.downloadNamed', { name: f.path })}>
                {translate('console.download')}
              </Button>
            ),
        },
      ]}
    />
  );
};
