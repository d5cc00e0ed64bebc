import { useQuery } from '@tanstack/react-query';
import { useTranslate } from 'react-admin';
import { answerOf } from '../api/http';
import type { Capture, CaptureFile } from '../api/types';
import { useWord } from '../parts/choices';
import { Panel, Stacked } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { Fetching } from '../parts/Refusal';
import { When } from '../parts/When';
import { Certificates } from './Certificates';
import { filePath } from './files';
import { useReason, useStepName } from './reasons';

interface Step {
  at: string;
  mono?: number;
  step: string;
  detail?: string;
}

interface Name {
  at: string;
  name: string;
  type: string;
  resolver?: string;
  answers?: unknown[];
  ttl?: number | null;
  chosen?: string | null;
  refused?: { address: string; reason: string }[];
}

/** A server was asked for a record of this type; else the answer came from elsewhere. */
const isAsked = ({ type }: Name): boolean => type === 'A' || type === 'AAAA';

const shownMost = 2_000;
const words = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '—' : JSON.stringify(value);

/** Lines of a record of the package; one that is not JSON is left out here and stands in the file itself. */
const useLines = <T,>(capture: Capture, files: CaptureFile[], path: string) =>
  useQuery({
    queryKey: ['lines', capture.id, path],
    enabled: files.some((file) => file.path === path),
    queryFn: async ({ signal }) =>
      (await (await answerOf(filePath(capture.id, path), { signal })).text()).split('\n').flatMap((line): T[] => {
        try {
          return line ? [JSON.parse(line) as T] : [];
        } catch {
          return [];
        }
      }),
  });

interface TabProps {
  capture: Capture;
  files: CaptureFile[];
}

/** Every step of the capture with its time, as the recorder wrote it. */
export const CaptureTimeline = ({ capture, files }: TabProps) => {
  const translate = useTranslate();
  const stepName = useStepName();
  const { data = [], isLoading, error } = useLines<Step>(capture, files, 'record/timeline.jsonl');
  return (
    <>
      <Fetching isPending={isLoading} error={error} />
      {!isLoading && !error && (
        <PlainTable
          caption={translate('tab.steps')}
          rows={data.slice(0, shownMost)}
          rowKey={(_, index) => index}
          columns={[
            { key: 'at', label: translate('console.time'), width: 200, cell: (s) => <When at={s.at} form="second" /> },
            {
              key: 'step',
              label: translate('console.captureRecord.step'),
              width: 200,
              cell: (s) => stepName(s.step),
            },
            { key: 'detail', label: translate('console.captureRecord.detail'), cell: (s) => words(s.detail) },
          ]}
        />
      )}
    </>
  );
};

/** Names that were resolved for the page, and the certificates that its servers showed. */
export const NamesAndCertificates = ({ capture, files }: TabProps) => {
  const translate = useTranslate();
  const word = useWord();
  const reason = useReason();
  const label = (name: string) => translate(`console.captureRecord.${name}`);
  const { data = [], isLoading, error } = useLines<Name>(capture, files, 'record/dns.jsonl');
  return (
    <Stacked>
      <Panel title={label('names')} flush>
        <Fetching isPending={isLoading} error={error} />
        {!isLoading && !error && (
          <PlainTable
            caption={label('names')}
            rows={data.slice(0, shownMost)}
            rowKey={(_, index) => index}
            columns={[
              { key: 'at', label: translate('console.time'), width: 200, cell: (n) => <When at={n.at} form="second" /> },
              { key: 'name', label: label('name'), cell: (n) => (isAsked(n) ? `${n.name} ${n.type}` : n.name) },
              { key: 'answers', label: label('answers'), cell: (n) => (n.answers ?? []).map(words).join(', ') || '—' },
              { key: 'chosen', label: label('chosen'), cell: (n) => n.chosen || '—' },
              {
                key: 'refused',
                label: label('refused'),
                cell: (n) => (n.refused ?? []).map(({ address, reason: why }) => `${address} ${reason(why)}`).join(', ') || '—',
              },
              {
                key: 'resolver',
                label: label('resolver'),
                cell: (n) => (isAsked(n) ? n.resolver : word('nameSource', n.type)) || '—',
              },
            ]}
          />
        )}
      </Panel>
      <Certificates capture={capture} />
    </Stacked>
  );
};
