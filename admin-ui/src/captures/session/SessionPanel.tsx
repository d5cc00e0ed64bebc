import { Alert, Box, Button, FormControlLabel, Switch, TextField, Typography } from '@mui/material';
import { type FormEvent, useRef, useState } from 'react';
import { useLocaleState, useTranslate } from 'react-admin';
import { sentenceOf } from '../../api/problem';
import type { Capture } from '../../api/types';
import { Panel } from '../../parts/Panel';
import { PageUnderHand } from './PageUnderHand';
import { useSession } from './use-session';

const clock = (ms: number) => `${Math.floor(ms / 60_000)}:${String(Math.floor((ms % 60_000) / 1_000)).padStart(2, '0')}`;

/** A page under the officer's hand: he brings it to the state that is to be taken, for example through a login. */
export const SessionPanel = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  const { opening, view, picture, fault, open, act, end } = useSession(capture.id);
  const [chosenSecret, setChosenSecret] = useState(false);
  const [address, setAddress] = useState('');
  const takeButton = useRef<HTMLButtonElement>(null);
  const t = (key: string, options?: Record<string, unknown>) => translate(`console.session.${key}`, options);
  const driving = view?.driving ?? false;
  const secret = chosenSecret || view?.focus === 'secret';
  const live = view?.state === 'open';
  const go = (event: FormEvent) => {
    event.preventDefault();
    act({ kind: 'go', url: address });
  };
  return (
    <Panel title={t('title')}>
      <Typography sx={{ mb: 1.5 }}>{t('intro')}</Typography>
      {fault !== null && (
        <Alert severity="warning" sx={{ mb: 1.5 }} lang={locale}>
          {sentenceOf(fault, translate)}
        </Alert>
      )}
      {(!opening || fault !== null) && (
        <Box sx={{ display: 'flex', gap: 1, mb: 1.5 }}>
          <Button variant="contained" onClick={() => void open(true)}>
            {t('drive')}
          </Button>
          <Button variant="outlined" onClick={() => void open(false)}>
            {t('look')}
          </Button>
        </Box>
      )}
      {opening && (
        <>
          <Box component="form" onSubmit={go} sx={{ display: 'flex', gap: 1, mb: 1, flexWrap: 'wrap', alignItems: 'center' }}>
            <Button disabled={!driving} onClick={() => act({ kind: 'back' })}>
              {t('back')}
            </Button>
            <Button disabled={!driving} onClick={() => act({ kind: 'reload' })}>
              {t('reload')}
            </Button>
            <TextField
              size="small"
              type="url"
              label={t('address')}
              value={address}
              onChange={(event) => setAddress(event.target.value)}
              disabled={!driving}
              sx={{ flex: 1, minWidth: 240 }}
            />
            <Button type="submit" disabled={!driving || !address}>
              {t('go')}
            </Button>
          </Box>
          <Typography variant="body2" sx={{ wordBreak: 'break-all' }}>
            {view?.url}
          </Typography>
          <PageUnderHand
            picture={picture}
            width={view?.width ?? 1366}
            height={view?.height ?? 900}
            title={view?.title ?? ''}
            driving={driving}
            secret={secret}
            act={act}
            leaveTo={takeButton}
          />
          <Typography variant="body2" color="text.secondary" sx={{ mt: 0.5 }}>
            {t('help')}
          </Typography>
          <Box aria-live="polite" sx={{ my: 1 }}>
            {view?.state === 'waiting' && t('waiting')}
            {view?.state === 'ended' && t('ended')}
            {live && !driving && t('looking')}
            {live && view.refused && <Alert severity="warning">{t('refused', { reason: view.refused })}</Alert>}
            {live && secret && <Alert severity="info">{t('secretNow')}</Alert>}
          </Box>
          <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', flexWrap: 'wrap' }}>
            <FormControlLabel
              control={
                <Switch checked={secret} disabled={!driving} onChange={(event) => setChosenSecret(event.target.checked)} />
              }
              label={t('secret')}
            />
            <Box sx={{ flex: 1 }}>
              {live && (
                <Typography variant="body2" color="text.secondary">
                  {t('left', { idle: clock(view.idleLeftMs), total: clock(view.totalLeftMs) })}
                </Typography>
              )}
            </Box>
            <Button ref={takeButton} variant="contained" disabled={!driving || !live} onClick={() => void end('take')}>
              {t('take')}
            </Button>
            <Button variant="outlined" color="warning" disabled={!driving || !live} onClick={() => void end('abandon')}>
              {t('abandon')}
            </Button>
          </Box>
        </>
      )}
    </Panel>
  );
};
