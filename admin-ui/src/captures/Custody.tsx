import { useRecordContext, useTranslate } from 'react-admin';
import type { Capture, CustodyEntry } from '../api/types';
import { useItems } from '../api/use-api';
import { Digest } from '../parts/Digest';
import { useWord } from '../parts/choices';
import { PlainTable } from '../parts/PlainTable';
import { Fetching } from '../parts/Refusal';
import { When } from '../parts/When';
import { Who } from '../parts/Who';

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

/** Who did what with the package, in the order of the ledger; reading it here is itself an entry. */
export const Custody = () => {
  const capture = useRecordContext<Capture>();
  const translate = useTranslate();
  const word = useWord();
  const { items, isPending, error, refetch } = useItems<CustodyEntry>(capture && `captures/${capture.id}/custody`);
  return (
    <>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && (
        <PlainTable
          caption={translate('tab.custody')}
          rows={items}
          rowKey={(e) => e.seq}
          columns={[
            { key: 'seq', label: translate('console.seq'), align: 'right', cell: (e) => e.seq },
            { key: 'at', label: translate('console.time'), cell: (e) => <When at={e.at} form="second" /> },
            { key: 'act', label: translate('console.act'), cell: (e) => word('custodyAct', e.type.replaceAll('.', '_')) },
            { key: 'actor', label: translate('console.who'), cell: (e) => actorOf(e) },
            {
              key: 'purpose',
              label: translate('console.purpose'),
              cell: (e) => textOf(e.event?.['purpose'] ?? e.event?.['reason']),
            },
            { key: 'digest', label: translate('console.entryDigest'), cell: (e) => <Digest value={e.entrySha256} /> },
          ]}
        />
      )}
    </>
  );
};
