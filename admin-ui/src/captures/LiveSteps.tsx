import { Alert, Box, Button, LinearProgress, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useCanAccess, useGetIdentity, useRefresh, useTranslate } from 'react-admin';
import { Link } from 'react-router-dom';
import { call } from '../api/http';
import { useCaptureProgress, type Preview } from '../api/progress';
import type { Capture, CaptureStep } from '../api/types';
import { useItems } from '../api/use-api';
import { ActDialog } from '../parts/ActDialog';
import { Panel } from '../parts/Panel';
import { Fetching } from '../parts/Refusal';
import { useDone } from '../parts/use-done';
import { When } from '../parts/When';
import { useStepDetail, useStepName } from './reasons';
import { isRunning } from './running';

const Step = ({ step }: { step: CaptureStep }) => {
  const nameOf = useStepName();
  const detailOf = useStepDetail();
  return (
    <Box component="li" data-step={step.step} sx={{ display: 'flex', gap: 2, py: 0.25 }}>
      <Typography component="span" variant="body2" color="text.secondary" sx={{ flex: 'none' }}>
        <When at={step.at} form="second" />
      </Typography>
      <Box component="span" sx={{ minWidth: 0, overflowWrap: 'anywhere' }}>
        {nameOf(step.step)}{' '}
        <Typography component="span" variant="body2" color="text.secondary">
          {detailOf(step.step, step.detail)}
        </Typography>
      </Box>
    </Box>
  );
};

/** How far a capture came that gave no evidence. */
export const EndedSteps = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const ended = capture.received === null && (capture.state === 'failed' || capture.state === 'refused');
  const { items, isPending, error } = useItems<CaptureStep>(ended ? `captures/${capture.id}/steps` : undefined);
  if (!ended) return null;
  return (
    <Panel title={translate('tab.steps')} action={<Again capture={capture} />}>
      <Fetching isPending={isPending} error={error} />
      {!isPending && !error && items.length === 0 && translate('console.live.noSteps')}
      <Box component="ol" aria-label={translate('tab.steps')} sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {items.map((step) => (
          <Step key={step.id} step={step} />
        ))}
      </Box>
    </Panel>
  );
};

/** The form again with what was asked for; the officer decides on the second one anew. */
const Again = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const { canAccess } = useCanAccess({ resource: 'captures', action: 'create' });
  if (!canAccess) return null;
  const { url, profile, mode, secondVantage, purpose, factToProve, place, outletId, caseId } = capture;
  const source = JSON.stringify({ url, profile, mode, secondVantage, purpose, factToProve, place, outletId, caseId });
  return (
    <Button component={Link} to={`/captures/create?source=${encodeURIComponent(source)}`} variant="outlined" data-action="again">
      {translate('action.capture.again')}
    </Button>
  );
};

/** What the page looks like at this moment. Evidence is only what is fixed afterwards, and the caption says so. */
const LivePicture = ({ preview }: { preview: Preview }) => {
  const translate = useTranslate();
  return (
    <Box component="figure" sx={{ m: 0, mb: 2, maxWidth: 640 }}>
      <Box
        component="img"
        src={`data:image/jpeg;base64,${preview.jpegBase64}`}
        alt={translate('console.live.picture')}
        sx={{ display: 'block', width: '100%', border: 1, borderColor: 'divider' }}
      />
      <Typography component="figcaption" variant="body2" color="text.secondary">
        <When at={preview.at} form="second" /> {translate('console.live.notEvidence')}
      </Typography>
    </Box>
  );
};

/** Only its makers take a capture back; the server says so again. What was asked once stays asked while the worker ends it. */
const Cancel = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const done = useDone();
  const { data: officer } = useGetIdentity();
  const [asking, setAsking] = useState(false);
  const [asked, setAsked] = useState(false);
  if (!capture.makers.some(({ account }) => account === officer?.['account'])) return null;
  const name = translate('action.capture.cancel');
  return (
    <>
      <Button variant="outlined" color="warning" disabled={asked} data-action="cancel" onClick={() => setAsking(true)}>
        {asked ? translate('console.live.cancelling') : name}
      </Button>
      {asking && (
        <ActDialog
          title={name}
          explanation={translate('says.capture.cancel')}
          shape={{ fields: [] }}
          onClose={() => setAsking(false)}
          onAct={async (_, idempotencyKey) => {
            await call(`captures/${capture.id}/cancellation`, { method: 'POST', idempotencyKey });
            setAsked(true);
            done('console.acted', { act: name });
          }}
        />
      )}
    </>
  );
};

/** The capture as it happens, step by step, with small pictures of its screen. */
export const LiveSteps = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const refresh = useRefresh();
  const running = isRunning(capture);
  const { steps, preview, ended, broken } = useCaptureProgress(capture.id, running);

  useEffect(() => {
    if (ended) refresh();
  }, [ended, refresh]);
  // The stream may be cut by a proxy: the record is asked again as well, slowly.
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(refresh, 5_000);
    return () => clearInterval(timer);
  }, [running, refresh]);

  if (!running) return null;
  return (
    <Panel title={translate('console.live.title')} action={<Cancel capture={capture} />}>
      <LinearProgress aria-label={translate('console.live.title')} sx={{ mb: 2 }} />
      {preview && <LivePicture preview={preview} />}
      {broken && <Alert severity="info">{translate('console.live.broken')}</Alert>}
      <Box
        component="ol"
        aria-live="polite"
        aria-label={translate('console.live.steps')}
        tabIndex={0}
        sx={{ listStyle: 'none', m: 0, p: 0, maxHeight: 420, overflow: 'auto' }}
      >
        {steps.length === 0 && <li>{translate('console.live.waiting')}</li>}
        {steps.map((step) => (
          <Step key={step.id ?? step.at + step.step} step={step} />
        ))}
      </Box>
    </Panel>
  );
};
