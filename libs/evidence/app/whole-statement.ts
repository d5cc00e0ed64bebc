import type { FixationStatement } from '../../capture/capture.contract';
import { CHECKLIST } from '../domain/checklist';
import { EvidenceProblem } from '../domain/problems';
import { statementGaps, tidyStatement } from '../domain/statement';

/** The statement as it is kept and signed. Refuses with `statementIncomplete`, naming each line of the checklist and its field. */
export function wholeStatement(
  given: FixationStatement | undefined,
  kind: Parameters<typeof statementGaps>[1],
): FixationStatement | undefined {
  const statement = tidyStatement(given);
  const missing = statementGaps(statement, kind).map(({ item, field }) => {
    const { zh, en } = CHECKLIST.find(({ id }) => id === item)!;
    return { item, field, zh, en };
  });
  const errors = missing.map(({ field, zh, en }) => ({ pointer: `/statement/${field}`, detail: en, zh }));
  if (missing.length) throw EvidenceProblem.statementIncomplete({ missing, errors });
  return statement;
}
