import { Alert, Box, LinearProgress, Typography } from '@mui/material';
import { useEffect } from 'react';
import { useRefresh, useTranslate } from 'react-admin';
import { useCaptureProgress, type Preview } from '../api/progress';
import type { Capture, CaptureStep } from '../api/types';
import { Panel } from '../parts/Panel';
import { When } from '../parts/When';
import { isRunning } from './running';

/** `screen 3` is the step `screen` with a number. */
const nameOf = (step: string): [string, string] => {
  const [, name, n] = /^(.*?)(?: (\d+))?$/.exec(step) ?? [];
  return [(name ?? step).replaceAll('.', '_'), n ?? ''];
};

const Step = ({ step }: { step: CaptureStep }) => {
  const translate = useTranslate();
  const [name, n] = nameOf(step.step);
  return (
    <Box component="li" sx={{ display: 'flex', gap: 2, py: 0.25 }}>
      <Typography component="span" variant="body2" color="text.secondary">
        <When at={step.at} form="second" />
      </Typography>
      <span>
        {translate(`step.${name}`, { n, _: step.step })} {n}{' '}
        <Typography component="span" variant="body2" color="text.secondary">
          {step.detail}
        </Typography>
      </span>
    </Box>
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
    <Panel title={translate('console.live.title')}>
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
