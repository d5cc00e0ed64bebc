import type { Capture } from '../api/types';

/** Until a capture is fixed or has failed there is nothing to read but its progress. */
export const isRunning = ({ state }: Capture): boolean => state === 'requested' || state === 'capturing';

/** Its bytes are fixed for good; everything that reads them is offered. */
export const isFixed = ({ state }: Capture): boolean =>
  ['fixed', 'stamped', 'confirmed', 'sealed', 'transferred'].includes(state);

/** It came to nothing: there is a reason, and what was seen. */
export const isEnded = ({ state }: Capture): boolean => state === 'refused' || state === 'failed';

/** Given back or destroyed: its files are shown to nobody; what they were, the acts and the custody chain are. */
export const isDisposed = ({ state }: Capture): boolean => state === 'disposed';
