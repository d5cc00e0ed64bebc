import { Injectable, type LoggerService } from '@nestjs/common';
import pino, { type Logger } from 'pino';
import { currentClaims } from '../database/claims';

/** JSON lines: an event name and ids. Never page content, names or identity numbers. */
@Injectable()
export class Log implements LoggerService {
  private readonly pino: Logger;

  constructor(process: string, level: string) {
    this.pino = pino({ level, base: { process }, timestamp: pino.stdTimeFunctions.isoTime });
  }

  info(event: string, ids: object = {}): void {
    this.pino.info({ ...this.trace(), ...ids }, event);
  }

  warn(event: string, ids: object | string = {}): void {
    this.pino.warn(typeof ids === 'string' ? { from: ids } : { ...this.trace(), ...ids }, event);
  }

  /** The fault's text goes to the log and nowhere else. */
  error(event: string, ids: object | string = {}, fault?: unknown): void {
    const err = fault instanceof Error ? { type: fault.name, message: fault.message, stack: fault.stack } : fault;
    this.pino.error(typeof ids === 'string' ? { from: ids } : { ...this.trace(), ...ids, err }, event);
  }

  /** Nest's own lines: start-up chatter is debug. */
  log(message: string, from?: string): void {
    this.pino.debug({ from }, message);
  }

  debug(message: string, from?: string): void {
    this.pino.debug({ from }, message);
  }

  verbose(message: string, from?: string): void {
    this.pino.trace({ from }, message);
  }

  private trace(): object {
    const requestId = currentClaims()?.requestId;
    return requestId ? { requestId } : {};
  }
}
