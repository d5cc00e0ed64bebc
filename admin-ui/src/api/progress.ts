import { useEffect, useState } from 'react';
import { apiRoot } from './http';
import type { CaptureStep } from './types';

/** What the screen of the capture shows; transient, never evidence. */
export interface Preview {
  at: string;
  jpegBase64: string;
}

export interface Progress {
  steps: CaptureStep[];
  preview: Preview | null;
  /** The server said that nothing more will come. */
  ended: boolean;
  /** The stream broke; the browser tries again by itself and the server repeats what was missed. */
  broken: boolean;
}

const stepKey = (step: CaptureStep) => step.id ?? `${step.at}|${step.step}|${step.detail ?? ''}`;

/** Follows a capture while it runs. Steps may be repeated after a reconnection and are shown once. */
export const useCaptureProgress = (captureId: string | undefined, running: boolean): Progress => {
  const [progress, setProgress] = useState<Progress>({ steps: [], preview: null, ended: false, broken: false });
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
    const look = (event: MessageEvent<string>) =>
      setProgress((p) => ({ ...p, broken: false, preview: JSON.parse(event.data) as Preview }));
    const end = () => {
      source.close();
      setProgress((p) => ({ ...p, ended: true, broken: false }));
    };
    source.addEventListener('step', take);
    source.addEventListener('preview', look);
    source.addEventListener('end', end);
    source.onerror = () => setProgress((p) => ({ ...p, broken: true }));
    return () => source.close();
  }, [captureId, running]);
  return progress;
};
