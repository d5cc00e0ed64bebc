import { BadgeProblem } from '../domain/problems';

/** An id that cannot be one is answered like one that does not exist. */
export const unknownBadge = { exceptionFactory: () => BadgeProblem.notFound() };
export const unknownProof = { exceptionFactory: () => BadgeProblem.proofNotFound() };
