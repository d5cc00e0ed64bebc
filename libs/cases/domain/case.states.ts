import { definitionOf, tableOf } from './definition';

/** Every version of every family as a state table: read by the generator of docs/states. */
export const ordinaryPenalty1 = tableOf(definitionOf('ordinaryPenalty', 1));
export const ordinaryPenalty2 = tableOf(definitionOf('ordinaryPenalty', 2));
