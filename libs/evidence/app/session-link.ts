import { Inject, Injectable } from '@nestjs/common';
import type { SessionAct, SessionEnd, SessionView } from '../../capture/capture.contract';
import { EvidenceProblem } from '../domain/problems';
import { evidenceConfig, type EvidenceConfig } from '../evidence.config';

const TIMEOUT_MS = 45_000;

/** The api's way to a page under an officer's hand: through the worker, which alone reaches the capture process (ADR 0015). */
@Injectable()
export class SessionLink {
  constructor(@Inject(evidenceConfig.provide) private readonly config: EvidenceConfig) {}

  view(packageId: string, secret: string, known: number): Promise<SessionView> {
    return this.ask<SessionView>('GET', `/sessions/${packageId}?known=${known}`, secret);
  }

  async act(packageId: string, secret: string, acts: readonly SessionAct[]): Promise<void> {
    await this.ask('POST', `/sessions/${packageId}/acts`, secret, { acts });
  }

  async end(packageId: string, secret: string, how: SessionEnd): Promise<void> {
    await this.ask('POST', `/sessions/${packageId}/end`, secret, { how });
  }

  /** Refuses with `sessionAway` when the page is not there, or not any more. */
  private async ask<T>(method: 'GET' | 'POST', path: string, secret: string, body?: object): Promise<T> {
    const answer = await fetch(new URL(path, this.config.workerUrl), {
      method,
      headers: { 'x-session-secret': secret, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    }).catch(() => null);
    if (!answer?.ok) throw EvidenceProblem.sessionAway();
    return (await answer.json()) as T;
  }
}
