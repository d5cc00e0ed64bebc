import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material';
import { useEffect, useId, useRef, useState } from 'react';
import { useLogout, useTranslate } from 'react-admin';
import { call } from '../api/http';
import type { Session } from '../api/types';
import { onSignedOutElsewhere, remember, sessionNow } from './session';

/** When the server says nothing about its idle limit, the console warns by this one. */
const usualIdleMs = 15 * 60_000;
const warnBeforeMs = 2 * 60_000;
const signsOfLife = ['pointerdown', 'keydown', 'wheel'] as const;

/** Two minutes before an idle session ends it says so and offers to go on; nothing ends unannounced. */
export const IdleWarning = () => {
  const translate = useTranslate();
  const logout = useLogout();
  const titleId = useId();
  const lastSign = useRef(Date.now());
  const [left, setLeft] = useState<number>();

  useEffect(() => onSignedOutElsewhere(() => void logout()), [logout]);

  useEffect(() => {
    const alive = () => {
      if (left === undefined) lastSign.current = Date.now();
    };
    signsOfLife.forEach((name) => window.addEventListener(name, alive, { passive: true }));
    const limit = sessionNow()?.idleTimeoutMs ?? usualIdleMs;
    const timer = setInterval(() => {
      const remaining = limit - (Date.now() - lastSign.current);
      if (remaining <= 0) void logout();
      else setLeft(remaining <= warnBeforeMs ? Math.ceil(remaining / 1_000) : undefined);
    }, 1_000);
    return () => {
      clearInterval(timer);
      signsOfLife.forEach((name) => window.removeEventListener(name, alive));
    };
  }, [left, logout]);

  const stay = () => {
    lastSign.current = Date.now();
    setLeft(undefined);
    void call<Session>('session').then(remember, () => logout());
  };

  if (left === undefined) return null;
  return (
    <Dialog open onClose={stay} aria-labelledby={titleId} role="alertdialog">
      <DialogTitle id={titleId}>{translate('console.idle.title')}</DialogTitle>
      <DialogContent>{translate('console.idle.left', { smart_count: left })}</DialogContent>
      <DialogActions>
        <Button onClick={() => void logout()}>{translate('ra.auth.logout')}</Button>
        <Button variant="contained" autoFocus onClick={stay}>
          {translate('console.idle.stay')}
        </Button>
      </DialogActions>
    </Dialog>
  );
};
