import { Inject, Injectable } from '@nestjs/common';
import type { ClockState } from '../../capture/capture.contract';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';

/** Who will sign a capture and from which image it runs, by its own word; null where it does not say or cannot be asked. */
export interface CaptureProcess {
  workerKey: string | null;
  imageSha256: string | null;
}

const NOBODY: CaptureProcess = { workerKey: null, imageSha256: null };

/** Time servers are asked twice, 2 s each. */
const CLOCK_WAIT_MS = 10_000;
const WAIT_MS = 2_000;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value.length <= 200 ? value : null);

/** Asks the capture process about itself. Nothing that it does not answer stands in the way of a capture. */
@Injectable()
export class CaptureIdentity {
  constructor(@Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig) {}

  /** Never throws: a process that is away is met again when the order is sent. */
  async ask(): Promise<CaptureProcess> {
    try {
      const said = (await this.get('/identity', WAIT_MS)) as Partial<CaptureProcess>;
      return { workerKey: textOrNull(said.workerKey), imageSha256: textOrNull(said.imageSha256) };
    } catch {
      return NOBODY;
    }
  }

  /** Throws when it cannot be asked. */
  async clock(): Promise<ClockState> {
    return (await this.get('/clock', CLOCK_WAIT_MS)) as ClockState;
  }

  private async get(path: string, timeoutMs: number): Promise<unknown> {
    const answer = await fetch(new URL(path, this.config.captureUrl), {
      headers: { authorization: `Bearer ${this.config.captureToken}` },
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    if (answer.status !== 200) throw new Error(`capture process answered ${answer.status}`);
    return answer.json();
  }
}
