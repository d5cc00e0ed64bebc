/** Where the files of a refused or failed capture stand beside its package. Exports and manifests never have such paths. */
export const OBSERVED = 'observation/';
/** Lists every other file with its digests; the entry `job.failed` holds the digest of this list. */
export const OBSERVED_INDEX = `${OBSERVED}index.json`;

/** States in which a package ends without being evidence. */
export const ENDED_WITHOUT = ['refused', 'failed'] as const;
