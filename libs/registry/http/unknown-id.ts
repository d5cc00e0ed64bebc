import { RegistryProblem } from '../domain/problems';

/** An id that cannot be one is answered like one that does not exist: nobody learns the form of ours by trying. */
export const unknownId = { exceptionFactory: () => RegistryProblem.notFound() };
