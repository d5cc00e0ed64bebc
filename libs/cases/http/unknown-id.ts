import { ParseUUIDPipe } from '@nestjs/common';
import { CasesProblem } from '../domain/problems';

/** An id that cannot be one is answered like one that does not exist, and like one that is out of scope. */
export const caseId = (): ParseUUIDPipe => new ParseUUIDPipe({ exceptionFactory: () => CasesProblem.notFound() });
