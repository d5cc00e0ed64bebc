import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../kernel';
import { languageOf, sendPage } from '../../platform';
import { problemPage } from './order-page';
import { T } from './page-words';

/** Refusals of the operator's page as a page, in the visitor's language. What was not foreseen goes on to the process's own filter. */
@Catch(Problem)
export class PageProblemFilter implements ExceptionFilter<Problem> {
  catch(problem: Problem, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const language = languageOf(http.getRequest<FastifyRequest>());
    const parts = { language, title: T.title[language], office: T.title[language], body: problemPage(problem, language) };
    sendPage(http.getResponse<FastifyReply>(), parts, problem.status);
  }
}
