import { Inject, Injectable } from '@nestjs/common';
import { badgeWorkerConfig, type BadgeWorkerConfig } from '../badge.config';
import { ControlProbe, type Look } from './control-probe';

interface ProbeAnswer {
  status?: number;
  bodyBase64?: string;
  ip?: string;
  refused?: string;
  error?: string;
}

const MAX_BYTES = 4096;
const TIMEOUT_MS = 10_000;

/** Looks through the capture process: the only one of ours with a way to the hostile web, and the rules that guard it. */
@Injectable()
export class CaptureProbe extends ControlProbe {
  constructor(@Inject(badgeWorkerConfig.provide) private readonly config: BadgeWorkerConfig) {
    super();
  }

  async fetchText(url: string): Promise<Look> {
    try {
      const response = await fetch(new URL('/probe', this.config.captureUrl), {
        method: 'POST',
        headers: { authorization: `Bearer ${this.config.captureToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url, maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS }),
        signal: AbortSignal.timeout(TIMEOUT_MS + 5_000),
      });
      if (!response.ok) return nothing(`capture process answered ${response.status}`);
      return lookOf((await response.json()) as ProbeAnswer);
    } catch (fault) {
      return nothing(`capture process not reached: ${(fault as Error).name}`);
    }
  }
}

function lookOf({ status, bodyBase64 = '', ip, refused, error }: ProbeAnswer): Look {
  const server = ip ?? null;
  if (refused) return { ...nothing(`refused: ${refused}`), server };
  if (error) return { ...nothing(error), server };
  const text = Buffer.from(bodyBase64, 'base64').subarray(0, MAX_BYTES).toString('utf8');
  // A page for everything, "not found" included, is what many sites answer: only 200 counts.
  return { server, lines: text.split('\n'), fault: status === 200 ? null : `HTTP ${status ?? '?'}` };
}

const nothing = (fault: string): Look => ({ server: null, lines: [], fault });
