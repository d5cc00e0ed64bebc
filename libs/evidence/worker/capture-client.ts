import { Inject, Injectable } from '@nestjs/common';
import type { CaptureOrder, CaptureResult, ProgressLine } from '../../capture/capture.contract';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';

type ResultLine = CaptureResult & { type: 'result' };

/** Asks the capture process for one page and passes on what it tells while it works. */
@Injectable()
export class CaptureClient {
  constructor(@Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig) {}

  /** Throws when the process is away or ends before the result: the job is then tried again. A connection that we close ends the browser. */
  async capture(
    order: CaptureOrder,
    onProgress: (line: ProgressLine) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<CaptureResult> {
    const response = await fetch(new URL('/captures', this.config.captureUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.config.captureToken}` },
      body: JSON.stringify(order),
      ...(signal && { signal }),
    });
    if (response.status !== 200 || !response.body) throw new Error(`capture process answered ${response.status}`);
    for await (const line of linesOf(response.body)) {
      const message = JSON.parse(line) as ProgressLine | ResultLine;
      if (message.type === 'result') return message;
      await onProgress(message);
    }
    throw new Error('capture process ended before its result');
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line) yield line;
  }
  if (rest) yield rest;
}
