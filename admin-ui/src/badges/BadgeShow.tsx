import { Box, Button, Link as MuiLink, Typography } from '@mui/material';
import { Show, useNotify, useRecordContext, useTranslate } from 'react-admin';
import { apiRoot } from '../api/http';
import { useApi, useItems } from '../api/use-api';
import type { Badge, BadgeEvent } from '../api/types';
import { ActButtons } from '../parts/Acts';
import { Digest } from '../parts/Digest';
import { Facts } from '../parts/Facts';
import { Columns, Panel, Stacked } from '../parts/Panel';
import { RecordLink } from '../parts/Records';
import { Fetching } from '../parts/Refusal';
import { StateMark } from '../parts/StateMark';
import { Timeline } from '../parts/Timeline';
import { useTimelineLines } from '../parts/timeline-lines';
import { When } from '../parts/When';
import { monospace } from '../theme';
import { badgeActs } from './badge-acts';

interface Snippet {
  html: string;
  jsonLd?: string;
}

const Code = ({ text }: { text: string }) => {
  const translate = useTranslate();
  const notify = useNotify();
  return (
    <>
      <Box
        component="pre"
        tabIndex={0}
        sx={{
          m: 0,
          p: 1.5,
          fontFamily: monospace,
          fontSize: '0.8rem',
          bgcolor: 'background.default',
          border: 1,
          borderColor: 'divider',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {text}
      </Box>
      <Button
        sx={{ mt: 1 }}
        variant="outlined"
        onClick={() => void navigator.clipboard.writeText(text).then(() => notify('console.copied', { type: 'info' }))}
      >
        {translate('console.copySnippet')}
      </Button>
    </>
  );
};

const SnippetPanel = ({ badge }: { badge: Badge }) => {
  const translate = useTranslate();
  const { data, isPending, error, refetch } = useApi<Snippet>(`badges/${badge.id}/snippet`);
  return (
    <Panel title={translate('console.badge.snippet')}>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {data && <Code text={data.html} />}
      {data?.jsonLd && (
        <Box sx={{ mt: 2 }}>
          <Typography variant="h3" sx={{ mb: 1 }}>
            JSON-LD
          </Typography>
          <Code text={data.jsonLd} />
        </Box>
      )}
    </Panel>
  );
};

const QrPanel = ({ badge }: { badge: Badge }) => {
  const translate = useTranslate();
  const address = `${apiRoot}/badges/${badge.id}/qr`;
  return (
    <Panel
      title={translate('console.badge.qr')}
      action={
        <Button component="a" href={address} download={`${badge.code}.png`}>
          {translate('console.download')}
        </Button>
      }
    >
      <Box sx={{ display: 'grid', placeItems: 'center', bgcolor: '#fff', p: 2, border: 1, borderColor: 'divider' }}>
        <img src={address} alt={translate('console.badge.qrOf', { code: badge.code })} width={180} height={180} />
      </Box>
    </Panel>
  );
};

const BadgeFacts = () => {
  const badge = useRecordContext<Badge>();
  const translate = useTranslate();
  if (!badge) return null;
  const label = (field: string) => translate(`resources.badges.fields.${field}`);
  return (
    <Stacked>
      <Panel
        title={
          <Box component="span" sx={{ display: 'inline-flex', gap: 1.5, alignItems: 'center' }}>
            {badge.code} <StateMark kind="badge" state={badge.state} />
          </Box>
        }
        action={<ActButtons kind="badge" resource="badges" record={badge} shapes={badgeActs} />}
      >
        <Facts
          columns={3}
          facts={[
            [label('code'), <Digest key="c" value={badge.code} full />],
            [
              label('outletId'),
              <RecordLink key="o" resource="outlets" id={badge.outletId}>
                {badge.siteName ?? badge.domain}
              </RecordLink>,
            ],
            [
              label('subjectId'),
              <RecordLink key="s" resource="subjects" id={badge.subjectId}>
                {badge.subjectName}
              </RecordLink>,
            ],
            [label('issuedAt'), <When key="i" at={badge.issuedAt} />],
            [label('provedUntil'), <When key="p" at={badge.provedUntil} form="day" />],
            [label('stateSince'), <When key="t" at={badge.stateSince} />],
            [label('reason'), badge.reason],
            [label('office'), badge.office],
            [
              label('url'),
              <MuiLink key="l" href={badge.url} target="_blank" rel="noopener">
                {badge.url}
              </MuiLink>,
            ],
          ]}
        />
      </Panel>
      <Columns>
        <SnippetPanel badge={badge} />
        <QrPanel badge={badge} />
      </Columns>
      <BadgeTimeline badge={badge} />
    </Stacked>
  );
};

const BadgeTimeline = ({ badge }: { badge: Badge }) => {
  const translate = useTranslate();
  const lines = useTimelineLines();
  const { items, isPending, error } = useItems<BadgeEvent>(`badges/${badge.id}/history`);
  if (isPending || error) return null;
  return (
    <Panel title={translate('console.timeline')}>
      {items.length === 0 ? (
        <Typography color="text.secondary">{translate('console.nothing')}</Typography>
      ) : (
        <Timeline events={lines.ofBadge(items)} />
      )}
    </Panel>
  );
};

const BadgeShow = () => (
  <Show component="div" actions={false}>
    <BadgeFacts />
  </Show>
);

export default BadgeShow;
