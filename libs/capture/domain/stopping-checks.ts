/** Checks in bold in section 11 of the evidence specification: the verdict is `fail` when one of them failed. */
export const MANDATORY: ReadonlySet<string> = new Set(['E01', 'E02', 'E04', 'E05', 'E06', 'E09', 'E10', 'E12', 'E15', 'E16']);

/** Failed ones stop the job unless an officer decides otherwise and says why: the mandatory ones, and E13, for which fault F28 stops it. */
const STOPPING = new Set([...MANDATORY, 'E13']);

export const isStopping = (id: string): boolean => STOPPING.has(id);
