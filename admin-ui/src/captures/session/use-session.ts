import { useCallback, useEffect, useRef, useState } from 'react';
import type { components } from '../../api/schema';
import { call } from '../../api/http';
import { ApiProblem } from '../../api/problem';
import { queued, type SessionAct } from './acts';

type SessionView = components['schemas']['SessionViewDto'];
type Opening = components['schemas']['OpeningDto'];

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
const AT_ONCE = 64;

/** The page under hand: opens its picture, follows it, and sends acts one batch after the other. */
export const useSession = (captureId: string) => {
  const path = `captures/${captureId}/session/openings`;
  const [opening, setOpening] = useState<Opening | null>(null);
  const [view, setView] = useState<SessionView | null>(null);
  const [picture, setPicture] = useState<string | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const waiting = useRef<SessionAct[]>([]);
  const sending = useRef(false);

  const open = useCallback(
    async (drive: boolean) => {
      setFault(null);
      try {
        setOpening(await call<Opening>(path, { method: 'POST', body: { drive } }));
      } catch (error) {
        setFault(error);
      }
    },
    [path],
  );

  const id = opening?.view;
  useEffect(() => {
    if (!id) return undefined;
    const stop = new AbortController();
    const follow = async () => {
      let known = -1;
      while (!stop.signal.aborted) {
        try {
          const next = await call<SessionView>(`${path}/${id}`, { query: { known }, signal: stop.signal });
          if (stop.signal.aborted) return;
          known = next.n;
          setView(next);
          if (next.jpegBase64) setPicture(`data:image/jpeg;base64,${next.jpegBase64}`);
          if (next.state === 'ended') return;
          if (next.state === 'waiting') await pause(1_000);
        } catch (error) {
          if (stop.signal.aborted) return;
          // Gone for good is told; a lost connection is tried again until the server says otherwise.
          if (!(error instanceof ApiProblem) || error.status !== 0) return setFault(error);
          await pause(1_500);
        }
      }
    };
    void follow();
    return () => stop.abort();
  }, [id, path]);

  const flush = useCallback(async () => {
    if (sending.current || !id) return;
    sending.current = true;
    try {
      while (waiting.current.length > 0) {
        const acts = waiting.current.slice(0, AT_ONCE);
        waiting.current = waiting.current.slice(AT_ONCE);
        await call(`${path}/${id}/acts`, { method: 'PUT', body: { acts } });
      }
    } catch (error) {
      waiting.current = [];
      setFault(error);
    } finally {
      sending.current = false;
    }
  }, [id, path]);

  const act = useCallback(
    (one: SessionAct) => {
      waiting.current = queued(waiting.current, one);
      void flush();
    },
    [flush],
  );

  const end = useCallback(
    async (how: 'take' | 'abandon') => {
      if (!id) return;
      try {
        await call(`${path}/${id}/end`, { method: 'POST', body: { how } });
      } catch (error) {
        setFault(error);
      }
    },
    [id, path],
  );

  return { opening, view, picture, fault, open, act, end };
};
