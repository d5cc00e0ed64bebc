import { Typography } from '@mui/material';
import { useCanAccess, useRecordContext, useTranslate } from 'react-admin';
import type { Capture, CustodyEntry } from '../api/types';
import { useItems } from '../api/use-api';
import { Digest } from '../parts/Digest';
import { useWord } from '../parts/choices';
import { Panel, Stacked } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { Fetching } from '../parts/Refusal';
import { When } from '../parts/When';
import { Who } from '../parts/Who';
import { ChainPanel } from './ChainPanel';
import { useReason } from './reasons';

const textOf = (value: unknown) => (typeof value === 'string' && value ? value : '—');

interface Maker {
  name: string;
}

/** Whoever the entry names: the makers of the capture, the two officers of an act, the reader, the receiver of an export; else the machine. */
const actorOf = ({ event }: CustodyEntry) => {
  const pair = event?.['makers'] ?? event?.['officers'];
  if (Array.isArray(pair)) return (pair as Maker[]).map((m) => m.name).join('、');
  const who = event?.['who'] ?? event?.['to'] ?? event?.['by'];
  return <Who id={typeof who === 'string' ? who : 'system:'} />;
};

/** To whom a copy or the evidence itself went; an officer's own copy names him already. */
const receiverOf = ({ event }: CustodyEntry) => {
  const to = event?.['to'];
  if (typeof to !== 'string' || to === event?.['who'] || /^[0-9a-f]{8}-/.test(to)) return '—';
  const left = event?.['withheld'];
  return Array.isArray(left) && left.length > 0 ? (
    <Withheld to={to} paths={left as string[]} ground={textOf(event?.['legalBasis'])} />
  ) : (
    to
  );
};

const Withheld = ({ to, paths, ground }: { to: string; paths: string[]; ground: string }) => {
  const translate = useTranslate();
  return (
    <>
      {to}
      <Typography variant="body2" color="text.secondary">
        {translate('console.custodyChain.withheld', { files: paths.join(', '), ground })}
      </Typography>
    </>
  );
};

/** Who did what with the package, in the order of the ledger; reading it here is itself an entry. */
export const Custody = () => {
  const capture = useRecordContext<Capture>();
  const translate = useTranslate();
  const word = useWord();
  const reason = useReason();
  const { canAccess: mayVerify } = useCanAccess({ resource: 'captures', action: 'verify' });
  /** `FILE_DIGEST content/text.txt`: a code and what it is about; anything else was written by a person. */
  const faultOf = (fault: string) => fault.replace(/^[A-Z]+(_[A-Z]+)+/, (code) => word('verifyReason', code));
  /** What an entry has to tell besides its name: the damage, the answer of a check, why there is no evidence, or a purpose. */
  const tell = ({ type, event }: CustodyEntry) => {
    const said = (name: string) => (typeof event?.[name] === 'string' ? event[name] : '');
    if (type === 'evidence.incident') return [said('path'), word('incident', said('what'))].filter(Boolean).join(' · ');
    if (type === 'evidence.verified')
      return [word('verification', said('verdict')), ...((event?.['reasons'] as string[] | undefined) ?? []).map(faultOf)].join(
        ' · ',
      );
    if (type === 'job.failed' && said('reason')) return reason(said('reason'));
    // The ledger's own word for a look without a stated purpose.
    if (event?.['purpose'] === 'case work') return translate('console.custodyChain.caseWork');
    if (event?.['purpose'] === 'review') return translate('action.capture.review');
    return textOf(event?.['purpose'] ?? event?.['reason']);
  };
  const { items, isPending, error, refetch } = useItems<CustodyEntry>(capture && `captures/${capture.id}/custody`);
  return (
    <Stacked>
      {capture && <ChainPanel capture={capture} mayVerify={mayVerify === true} />}
      <Panel title={translate('console.custodyChain.custody')} flush>
        <Fetching isPending={isPending} error={error} refetch={refetch} />
        {!isPending && !error && (
          <PlainTable
            caption={translate('tab.custody')}
            rows={items}
            rowKey={(e) => e.seq}
            columns={[
              { key: 'seq', label: translate('console.seq'), align: 'right', cell: (e) => e.seq },
              { key: 'at', label: translate('console.time'), cell: (e) => <When at={e.at} form="second" /> },
              {
                key: 'act',
                label: translate('console.act'),
                whole: true,
                cell: (e) => word('custodyAct', e.type.replaceAll('.', '_')),
              },
              { key: 'actor', label: translate('console.who'), cell: (e) => actorOf(e) },
              {
                key: 'purpose',
                label: translate('console.purpose'),
                cell: (e) => tell(e),
              },
              { key: 'receiver', label: translate('console.custodyChain.receiver'), cell: (e) => receiverOf(e) },
              { key: 'index', label: translate('console.custodyChain.index'), align: 'right', cell: (e) => e.index ?? '—' },
              { key: 'digest', label: translate('console.entryDigest'), cell: (e) => <Digest value={e.entrySha256} /> },
            ]}
          />
        )}
      </Panel>
    </Stacked>
  );
};
