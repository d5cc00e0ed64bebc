import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type FieldFault, Problem } from '../../kernel';
import { Log } from '../logging/log';
import { PlatformProblem } from '../problems';
import { languageOf } from './language';

/** Renders every refusal as `application/problem+json` (RFC 9457). What was not foreseen tells the caller nothing and the log everything. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(fault: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(fault);
    if (!problem) this.log.error('platform.unforeseen', { path: http.getRequest<FastifyRequest>().routeOptions?.url }, fault);
    sendProblem(http.getRequest<FastifyRequest>(), reply, problem);
  }
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem | null): void {
  const zh = languageOf(request) === 'zh';
  if (problem?.details.retryAfterS) reply.header('retry-after', String(problem.details.retryAfterS));
  reply
    .status(problem?.status ?? 500)
    .header('content-language', zh ? 'zh-CN' : 'en')
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(
      JSON.stringify(
        problem
          ? {
              type: `urn:nms:problem:${problem.code}`,
              title: zh ? problem.zh : problem.title,
              status: problem.status,
              code: problem.code,
              ...problem.details,
              ...wordedFaults(problem, zh),
            }
          : {
              type: 'urn:nms:problem:unforeseen',
              title: zh ? '系统内部错误' : 'Internal error',
              status: 500,
              code: 'platform.unforeseen',
            },
      ),
    );
}

function wordedFaults({ details }: Problem, inZh: boolean): { errors?: { pointer: string; detail: string }[] } {
  const faults = details.errors as FieldFault[] | undefined;
  return faults ? { errors: faults.map(({ pointer, detail, zh }) => ({ pointer, detail: inZh ? zh : detail })) } : {};
}

/** Nest's and Fastify's own refusals as ours; null for what nobody foresaw. */
export function problemOf(fault: unknown): Problem | null {
  if (fault instanceof Problem) return fault;
  const status = fault instanceof HttpException ? fault.getStatus() : (fault as { statusCode?: unknown } | null)?.statusCode;
  switch (status) {
    case 404:
      return PlatformProblem.notFound();
    case 413:
      return PlatformProblem.tooLarge({});
    case 415:
      return PlatformProblem.unsupportedType({ type: '' });
    case 429:
      return PlatformProblem.tooMany({ retryAfterS: 60 });
    case 400:
      return PlatformProblem.malformed({ detail: (fault as Error).message });
    default:
      // An id that is no UUID can name nothing: the same answer as for an unknown one.
      return isInvalidText(fault) ? PlatformProblem.notFound() : null;
  }
}

/** SQLSTATE 22P02, invalid_text_representation, of an id. */
function isInvalidText(fault: unknown): boolean {
  const { code, message } = (fault ?? {}) as { code?: unknown; message?: string };
  return code === '22P02' && /type uuid/.test(message ?? '');
}
