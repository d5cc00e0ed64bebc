import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material';
import { useEffect, useId, useRef, useState } from 'react';
import { useLogout, useTranslate } from 'react-admin';
import { call } from '../api/http';
import type { Session } from '../api/types';
import { onSignedOutElsewhere, remember, sessionNow } from './session';

const warnBeforeMs = 2 * 60_000;
const signsOfLife = ['pointerdown', 'keydown', 'wheel'] as const;

/** Two minutes before an idle session ends it says so and offers to go on; nothing ends unannounced. */
export const IdleWarning = () => {
  const translate = useTranslate();
  const logout = useLogout();
  const titleId = useId();
  const lastSign = useRef(Date.now());
  const lastAsked = useRef(Date.now());
  const [left, setLeft] = useState<number>();

  useEffect(() => onSignedOutElsewhere(() => void logout()), [logout]);

  useEffect(() => {
    const alive = () => {
      if (left === undefined) lastSign.current = Date.now();
    };
    signsOfLife.forEach((name) => window.addEventListener(name, alive, { passive: true }));
    const timer = setInterval(() => {
      const limit = sessionNow()?.idleTimeoutMs;
      if (limit === undefined) return;
      // The server counts requests, not keys: who writes a long text without a request is at work all the same.
      if (lastSign.current > lastAsked.current && Date.now() - lastAsked.current > limit / 4) {
        lastAsked.current = Date.now();
        void call<Session>('session').then(remember, () => undefined);
      }
      const remaining = limit - (Date.now() - lastSign.current);
      if (remaining <= 0) void logout();
      else setLeft(remaining <= Math.min(warnBeforeMs, limit / 2) ? Math.ceil(remaining / 1_000) : undefined);
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
