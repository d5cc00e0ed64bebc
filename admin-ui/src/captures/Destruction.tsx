import { useLocaleState, useTranslate } from 'react-admin';
import type { PackageLife } from '../api/types';
import { Digest } from '../parts/Digest';
import { Panel } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { readableSize } from './files';

type Of = NonNullable<PackageLife['destruction']>;

/** What was destroyed by order, when, and what still waits and why. Digests, signature, seals and the custody chain are kept. */
export const Destruction = ({ of }: { of: Of }) => {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  const say = (word: string, values: object = {}) => translate(`console.destruction.${word}`, values);
  const waits = ({ waits: why, waitsUntil }: Of['blobs'][number]) => (
    <>
      {translate(`choice.destructionWaits.${why ?? 'turn'}`)} {waitsUntil && <When at={waitsUntil} />}
    </>
  );
  return (
    <Panel title={say('title')} flush>
      <p style={{ margin: '0 16px 12px' }} data-destruction={of.finishedAt ? 'finished' : 'running'}>
        {say(of.finishedAt ? 'finished' : 'running')} <When at={of.finishedAt ?? of.begunAt} form="second" />
        {'　'}
        {say('kept', { seals: of.seals.join(', ') || '—' })}
      </p>
      <PlainTable
        caption={say('title')}
        rows={of.blobs}
        rowKey={(blob) => blob.sha256}
        columns={[
          { key: 'paths', label: translate('console.file.path'), cell: (blob) => <code>{blob.paths.join(', ')}</code> },
          { key: 'size', label: translate('console.file.size'), align: 'right', cell: (blob) => readableSize(blob.size, locale) },
          { key: 'sha256', label: 'SHA-256', cell: (blob) => <Digest value={blob.sha256} /> },
          {
            key: 'outcome',
            label: translate('console.file.state'),
            cell: (blob) => <StateMark kind="destruction" state={blob.outcome ?? 'waiting'} />,
          },
          {
            key: 'at',
            label: translate('console.time'),
            cell: (blob) => (blob.doneAt ? <When at={blob.doneAt} form="second" /> : waits(blob)),
          },
        ]}
      />
    </Panel>
  );
};
