import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Capture, Certificate } from '../api/types';
import { useItems } from '../api/use-api';
import { Digest } from '../parts/Digest';
import { Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { Fetching } from '../parts/Refusal';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';

const namesAtOnce = 12;

/** The first names; the others on demand, since a certificate of a shared host lists hundreds. */
const Names = ({ certificate: { names, namesTotal } }: { certificate: Certificate }) => {
  const translate = useTranslate();
  if (names.length === 0) return <>—</>;
  const more = names.slice(namesAtOnce);
  return (
    <>
      {names.slice(0, namesAtOnce).join(', ')}
      {more.length > 0 && (
        <Box component="details" sx={{ mt: 0.5 }}>
          <summary>{translate('console.certificate.moreNames', { n: namesTotal - namesAtOnce })}</summary>
          {more.join(', ')}
          {namesTotal > names.length && <div>{translate('console.certificate.namesCut', { shown: names.length })}</div>}
        </Box>
      )}
    </>
  );
};

const One = ({ certificate: c }: { certificate: Certificate }) => {
  const translate = useTranslate();
  const label = (name: string) => translate(`console.certificate.${name}`);
  const state = !c.readable ? 'unreadable' : c.validAtCapture ? 'valid' : 'expired';
  return (
    <Box component="article" aria-label={c.hosts.join(', ') || c.path} sx={{ p: 2, borderTop: 1, borderColor: 'divider' }}>
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'center', flexWrap: 'wrap', mb: 1 }}>
        <Typography sx={{ fontWeight: 600, overflowWrap: 'anywhere' }}>{c.hosts.join('、') || c.subject || c.path}</Typography>
        <StateMark kind="certificate" state={state} />
        {c.isCa && <StateMark kind="certificate" state="authority" />}
        {c.isSelfIssued && <StateMark kind="certificate" state="selfIssued" />}
      </Box>
      <Facts
        columns={3}
        facts={[
          [label('subject'), c.subject],
          [label('issuer'), c.issuer],
          [label('names'), <Names key="n" certificate={c} />],
          [label('notBefore'), c.notBefore && <When key="b" at={c.notBefore} form="second" />],
          [label('notAfter'), c.notAfter && <When key="a" at={c.notAfter} form="second" />],
          [label('key'), c.key],
          [label('serial'), c.serial && <code key="s">{c.serial}</code>],
          [label('sha256'), <Digest key="d" value={c.sha256} name={label('sha256')} />],
          [translate('console.file.path'), <code key="p">{c.path}</code>],
        ]}
      />
    </Box>
  );
};

/** The certificates that the page's servers showed, taken apart; whether to trust them is not said here. */
export const Certificates = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const { items, isPending, error, refetch } = useItems<Certificate>(`captures/${capture.id}/certificates`);
  return (
    <Panel title={translate('console.captureRecord.certificates')} flush>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && !error && items.length === 0 && (
        <Typography color="text.secondary" sx={{ p: 2 }}>
          {translate('console.captureRecord.noCertificates')}
        </Typography>
      )}
      {items.map((certificate) => (
        <One key={certificate.path} certificate={certificate} />
      ))}
    </Panel>
  );
};
