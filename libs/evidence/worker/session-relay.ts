import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';

const DOORS = /^\/sessions\/ev_[0-9A-HJKMNP-TV-Z]{26}(?:\/(?:acts|end)|\?known=-?\d{1,10})?$/;
const MAX_BODY = 256 * 1024;

/**
 * Hands on what the api asks of a page under an officer's hand, since only the worker reaches the capture process. Reads and
 * keeps nothing. The session's own secret, which the api has from the row, is judged by the capture process; the bearer token is ours.
 */
@Injectable()
export class SessionRelay {
  constructor(@Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig) {}

  /** True when the request is one for a session and is being answered. */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    const { method, url = '' } = request;
    if (!url.startsWith('/sessions/')) return false;
    if (
      !DOORS.test(url) ||
      (method !== 'GET' && method !== 'POST') ||
      Number(request.headers['content-length'] ?? 0) > MAX_BODY
    ) {
      response.writeHead(404).end();
      return true;
    }
    const onward = ask(new URL(url, this.config.captureUrl), {
      method,
      timeout: 45_000,
      headers: {
        authorization: `Bearer ${this.config.captureToken}`,
        'x-session-secret': String(request.headers['x-session-secret'] ?? ''),
        ...(method === 'POST' && { 'content-type': 'application/json' }),
      },
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      answer.pipe(response);
    });
    const away = () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    };
    onward.on('timeout', () => onward.destroy());
    onward.on('error', away);
    response.on('close', () => onward.destroy());
    request.pipe(onward);
    return true;
  }
}
