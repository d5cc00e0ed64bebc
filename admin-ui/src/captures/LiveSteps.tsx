import { Alert, Box, LinearProgress, Typography } from '@mui/material';
import { useEffect } from 'react';
import { useRefresh, useTranslate } from 'react-admin';
import { useCaptureProgress } from '../api/progress';
import type { Capture, CaptureStep } from '../api/types';
import { Panel } from '../parts/Panel';
import { When } from '../parts/When';
import { inlineAddress } from './files';
import { isRunning } from './running';

/** Steps that tell of a picture carry its path. */
const pictureIn = (step: CaptureStep): string | undefined => /content\/\S+\.png/.exec(step.detail ?? '')?.[0];

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

/** The capture as it happens: every step as it comes, and the newest picture as soon as there is one. */
export const LiveSteps = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const refresh = useRefresh();
  const running = isRunning(capture);
  const { steps, ended, broken } = useCaptureProgress(capture.id, running);
  const newest = steps.map(pictureIn).findLast(Boolean);

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
      {broken && <Alert severity="info">{translate('console.live.broken')}</Alert>}
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: '1fr', md: newest ? '1fr 360px' : '1fr' } }}>
        <Box
          component="ol"
          aria-live="polite"
          aria-label={translate('console.live.steps')}
          sx={{ listStyle: 'none', m: 0, p: 0, maxHeight: 420, overflow: 'auto' }}
          tabIndex={0}
        >
          {steps.length === 0 && <li>{translate('console.live.waiting')}</li>}
          {steps.map((step) => (
            <Step key={step.id ?? step.at + step.step} step={step} />
          ))}
        </Box>
        {newest && (
          <Box
            component="img"
            src={inlineAddress(capture.id, newest)}
            alt={translate('console.pictureOf', { url: capture.url })}
            onError={(event) => event.currentTarget.style.setProperty('display', 'none')}
            onLoad={(event) => event.currentTarget.style.removeProperty('display')}
            sx={{ width: '100%', border: 1, borderColor: 'divider' }}
          />
        )}
      </Box>
    </Panel>
  );
};
