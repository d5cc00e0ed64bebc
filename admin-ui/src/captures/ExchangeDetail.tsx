import CloseIcon from '@mui/icons-material/Close';
import { Box, IconButton, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { useTranslate } from 'react-admin';
import type { Exchange } from '../api/types';
import { type Fact, Facts } from '../parts/Facts';
import { PlainTable } from '../parts/PlainTable';
import { When } from '../parts/When';
import { useWord } from '../parts/choices';
import { ExchangeBody } from './Body';

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <Box component="section" aria-label={title} sx={{ mt: 2 }}>
    <Typography variant="h3" sx={{ fontSize: '0.95rem', fontWeight: 600, mb: 0.5 }}>
      {title}
    </Typography>
    {children}
  </Box>
);

const Headers = ({ title, headers }: { title: string; headers: [string, string][] }) => {
  const translate = useTranslate();
  return (
    <Section title={title}>
      <PlainTable
        caption={title}
        rows={headers}
        rowKey={(_, index) => index}
        columns={[
          { key: 'name', label: translate('console.exchange.headerName'), width: '34%', cell: ([name]) => <code>{name}</code> },
          { key: 'value', label: translate('console.exchange.headerValue'), cell: ([, value]) => <code>{value}</code> },
        ]}
      />
    </Section>
  );
};

/** All that was recorded of one exchange: what was asked and sent, what came back, over which connection, from where. */
export const ExchangeDetail = ({
  captureId,
  exchange,
  onClose,
}: {
  captureId: string;
  exchange: Exchange;
  onClose: () => void;
}) => {
  const translate = useTranslate();
  const word = useWord();
  const label = (field: string) => translate(`console.exchange.${field}`);
  const { n, tls, ip, protocol, source, startedAt, reason } = exchange;
  const hadBody = Boolean(exchange.requestBodySha256);
  const answered = exchange.outcome !== 'blocked' && Boolean(exchange.status);
  return (
    <Box
      role="region"
      aria-label={label('detail')}
      data-exchange={n}
      sx={{
        border: 1,
        borderColor: 'divider',
        p: 1.5,
        minWidth: 0,
        position: { lg: 'sticky' },
        top: 56,
        maxHeight: { lg: 'calc(100vh - 72px)' },
        overflow: 'auto',
      }}
      tabIndex={0}
    >
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'flex-start', mb: 1 }}>
        <Typography
          sx={{ flex: 1, overflowWrap: 'anywhere', fontWeight: 600 }}
        >{`${n}. ${exchange.method} ${exchange.url}`}</Typography>
        <IconButton size="small" aria-label={translate('ra.action.close')} onClick={onClose}>
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
      <Facts
        facts={[
          [label('status'), exchange.status || label('none')],
          [label('outcome'), [word('exchangeOutcome', exchange.outcome), reason].filter(Boolean).join(' · ')],
          [label('ip'), ip],
          [label('protocol'), [protocol, tls && `${tls.protocol} ${tls.cipher}`].filter(Boolean).join(' · ')],
          ...(tls?.errors?.length ? ([[label('certificateErrors'), tls.errors.join('、')]] as Fact[]) : []),
          [label('source'), source && word('exchangeSource', source)],
          [label('startedAt'), startedAt && <When key="s" at={startedAt} form="second" />],
        ]}
      />
      <Headers title={label('requestHeaders')} headers={exchange.requestHeaders} />
      {hadBody && (
        <Section title={label('requestBody')}>
          <ExchangeBody captureId={captureId} n={n} side="request" />
        </Section>
      )}
      <Headers title={label('responseHeaders')} headers={exchange.responseHeaders} />
      {answered && (
        <Section title={label('responseBody')}>
          <ExchangeBody captureId={captureId} n={n} side="response" />
        </Section>
      )}
    </Box>
  );
};
