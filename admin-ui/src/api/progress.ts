import { useEffect, useState } from 'react';
import { apiRoot } from './http';
import type { CaptureStep } from './types';

export interface Progress {
  steps: CaptureStep[];
  /** The server said that nothing more will come. */
  ended: boolean;
  /** The stream broke; the browser tries again by itself and the server repeats what was missed. */
  broken: boolean;
}

const stepKey = (step: CaptureStep) => step.id ?? `${step.at}|${step.step}|${step.detail ?? ''}`;

/** Follows a capture while it runs. Steps may be repeated after a reconnection and are shown once. */
export const useCaptureProgress = (captureId: string | undefined, running: boolean): Progress => {
  const [progress, setProgress] = useState<Progress>({ steps: [], ended: false, broken: false });
  useEffect(() => {
    if (!captureId || !running) return undefined;
    const source = new EventSource(`${apiRoot}/captures/${captureId}/progress`);
    const seen = new Set<string>();
    const take = (event: MessageEvent<string>) => {
      const step = JSON.parse(event.data) as CaptureStep;
      if (seen.has(stepKey(step))) return;
      seen.add(stepKey(step));
      setProgress((p) => ({ ...p, broken: false, steps: [...p.steps, step] }));
    };
    const end = () => {
      source.close();
      setProgress((p) => ({ ...p, ended: true, broken: false }));
    };
    source.addEventListener('step', take);
    source.addEventListener('end', end);
    source.onerror = () => setProgress((p) => ({ ...p, broken: true }));
    return () => source.close();
  }, [captureId, running]);
  return progress;
};
