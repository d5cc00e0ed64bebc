/**
 * Whether a copy for somebody else may leave a file out. What was captured may be withheld on a legal ground, such as personal data
 * of third parties or the secrets of the recorded connections; the record of who captured it, how, when and in which environment may
 * not, nor what the rest is checked against (evidence specification, sections 6 and 7).
 */
export const isWithholdable = (path: string): boolean => /^(content|wire|record\/tls)\//.test(path) || RECORDS.has(path);

/** Records that may name third parties and that no other check needs. */
const RECORDS = new Set(['record/console.jsonl', 'record/timeline.jsonl', 'record/dns.jsonl']);
