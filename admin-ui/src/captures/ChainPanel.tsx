import { Alert, Box } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Capture, Chain } from '../api/types';
import { useApi } from '../api/use-api';
import { useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { Fetching } from '../parts/Refusal';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { VerifyNow } from './VerifyNow';

const refetchMs = 15_000;

const Pending = ({ chain }: { chain: Chain }) => {
  const translate = useTranslate();
  const word = useWord();
  if (chain.pending.length === 0) return <Alert severity="success">{translate('console.custodyChain.complete')}</Alert>;
  return (
    <Alert severity="info">
      {translate('console.custodyChain.pending')}
      <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
        {chain.pending.map((what) => (
          <li key={what}>
            {word('chainPending', what)}
            {what === 'stamp' && chain.stampNextAt && (
              <>
                {' '}
                {translate('console.custodyChain.nextTry', { tries: chain.stampTries })}{' '}
                <When at={chain.stampNextAt} form="second" />
              </>
            )}
          </li>
        ))}
      </Box>
    </Alert>
  );
};

/** As the verifier counts (evidence specification, section 8): a stamp that came more than ten minutes after the capture is a finding. */
const lateMs = 10 * 60_000;
const isLate = (capture: Capture, genTime: string) =>
  capture.fixedAt !== null && Date.parse(genTime) - Date.parse(capture.fixedAt) > lateMs;

const Stamps = ({ chain, capture }: { chain: Chain; capture: Capture }) => {
  const translate = useTranslate();
  const label = (name: string) => translate(`console.custodyChain.${name}`);
  const over = [
    ...chain.stamps.map((one) => ({
      ...one,
      over: label('overManifest'),
      serial: one.serial as string | null,
      late: isLate(capture, one.genTime),
    })),
    ...(chain.checkpointStamp
      ? [{ ...chain.checkpointStamp, over: label('overCheckpoint'), serial: null, goodUntil: null, internal: false, late: false }]
      : []),
    ...chain.renewals.map((one) => ({ ...one, over: label('renewal'), serial: String(one.n), internal: false, late: false })),
  ];
  return (
    <PlainTable
      caption={label('stamps')}
      rows={over}
      rowKey={(_, index) => index}
      empty={label('noStamps')}
      columns={[
        { key: 'over', label: label('over'), cell: (s) => s.over },
        {
          key: 'tsa',
          label: label('authority'),
          cell: (s) => (
            <Box component="span" sx={{ display: 'inline-flex', gap: 1, alignItems: 'center', flexWrap: 'wrap' }}>
              {s.tsa}
              {s.internal && <StateMark kind="stamp" state="internal" />}
              {s.late && <StateMark kind="stamp" state="late" />}
            </Box>
          ),
        },
        { key: 'algorithm', label: label('algorithm'), cell: (s) => (s.algorithm === 'sm3' ? 'SM3' : 'SHA-256') },
        { key: 'genTime', label: label('genTime'), cell: (s) => <When at={s.genTime} form="second" /> },
        { key: 'goodUntil', label: label('goodUntil'), cell: (s) => <When at={s.goodUntil} form="day" /> },
        {
          key: 'serial',
          label: label('serial'),
          cell: (s) => (s.serial ? <Digest value={s.serial} name={label('serial')} /> : '—'),
        },
      ]}
    />
  );
};

/** The package's chain and its place in the agency's ledger: who attested to it, until when that holds, what is still to come. */
export const ChainPanel = ({ capture, mayVerify }: { capture: Capture; mayVerify: boolean }) => {
  const translate = useTranslate();
  const label = (name: string, values?: object) => translate(`console.custodyChain.${name}`, values);
  const { data: chain, isPending, error, refetch } = useApi<Chain>(`captures/${capture.id}/chain`, { refetchMs });
  return (
    <>
      <Panel title={label('title')} action={mayVerify && <VerifyNow capture={capture} />}>
        <Fetching isPending={isPending} error={error} refetch={refetch} />
        {chain && (
          <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
            {chain.brokenAt !== null && <Alert severity="error">{label('broken', { seq: chain.brokenAt })}</Alert>}
            <Pending chain={chain} />
            <Facts
              columns={3}
              facts={[
                [label('whole'), <StateMark key="w" kind="chain" state={chain.brokenAt === null ? 'whole' : 'broken'} />],
                [label('entries'), label('entriesOf', { entries: chain.entries, unplaced: chain.unplaced })],
                [label('lastEntry'), <Digest key="l" value={chain.lastEntrySha256} name={label('lastEntry')} />],
                [label('log'), chain.origin],
                [
                  label('place'),
                  chain.lastIndex === null ? null : label('placeOf', { index: chain.lastIndex, size: chain.logSize }),
                ],
                [label('stampedUntil'), chain.goodUntil && <When key="u" at={chain.goodUntil} form="day" />],
                [
                  label('checkpoint'),
                  chain.checkpoint && (
                    <span key="c">
                      {label('checkpointOf', { size: chain.checkpoint.size })} <When at={chain.checkpoint.at} form="second" />{' '}
                      <StateMark kind="checkpoint" state={chain.checkpoint.covers ? 'covers' : 'behind'} />
                    </span>
                  ),
                ],
                [label('root'), <Digest key="r" value={chain.checkpoint?.rootSha256} name={label('root')} />],
                [label('signers'), chain.checkpoint && [...chain.checkpoint.signers, ...chain.checkpoint.witnesses].join('、')],
              ]}
            />
          </Box>
        )}
      </Panel>
      {chain && (
        <Panel title={label('stamps')} flush>
          <Stamps chain={chain} capture={capture} />
        </Panel>
      )}
    </>
  );
};
