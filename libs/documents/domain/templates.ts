import { approvalForms } from './templates/approval-forms';
import { exhibitLists } from './templates/exhibit-lists';
import { orderLetters } from './templates/order-letters';
import { penaltyLetters } from './templates/penalty-letters';
import { records } from './templates/records';
import type { FormId, Template } from './template';

/** Every version of every form that can be printed. A new version is a further entry; none is ever edited after release. */
const ALL: readonly Template[] = [...approvalForms, ...penaltyLetters, ...orderLetters, ...records, ...exhibitLists];

/** The version that a document drafted on `day` takes, or null when there is none. */
export function templateFor(form: string, day: string): Template | null {
  return ALL.find((one) => one.form === form && one.validFrom <= day && (one.validTo === null || day <= one.validTo)) ?? null;
}

/** The version that a stored document was drafted with. */
export function templateOf(form: FormId, version: number): Template {
  const found = ALL.find((one) => one.form === form && one.version === version);
  if (!found) throw new TypeError(`no version ${version} of form ${form}`);
  return found;
}

export const allTemplates = (): readonly Template[] => ALL;
