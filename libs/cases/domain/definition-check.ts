import { faultsOf } from '../../kernel';
import type { CaseDefinition } from './definition';
import type { ClockSpec } from './clock-book';

/** What a definition may refer to. */
export interface Vocabulary {
  /** Forms for which there is a template. */
  forms: readonly string[];
  guards: readonly string[];
  clocks: readonly ClockSpec[];
  permissions: readonly string[];
  /** Fields that a request can carry. */
  fields: readonly string[];
}

/**
 * Why a definition cannot be installed, in words; empty when it can. Refused besides the kernel's faults (unreachable state,
 * state without exit, two rows for one move, transition without actor): clock without basis, document without template, guard
 * that is not in the code, clock paused on a ground that its law does not know.
 */
export function definitionFaults(definition: CaseDefinition, words: Vocabulary): string[] {
  const codes = definition.states.map((state) => state.code);
  const faults = faultsOf({
    name: definition.key,
    initial: definition.initial,
    final: definition.states.filter((state) => state.final).map((state) => state.code),
    rows: definition.transitions,
  });
  const clocks = new Map(words.clocks.map((clock) => [clock.key, clock]));
  const refuse = (is: boolean, fault: string) => void (is && faults.push(fault));

  refuse(new Set(codes).size !== codes.length, 'a state is listed twice');
  for (const state of definition.states) {
    refuse(!state.zh || !state.en, `${state.code} has no name in both languages`);
    refuse(!!state.task && !words.permissions.includes(state.task.requires), `task of ${state.code} is owed by nobody`);
  }
  for (const row of definition.transitions) {
    const at = `${row.action} from ${row.from}`;
    for (const end of [row.from, row.to]) refuse(!codes.includes(end), `${at} names the unknown state ${end}`);
    refuse(!!row.requires && !words.permissions.includes(row.requires), `${at} needs the unknown permission ${row.requires}`);
    refuse(!row.basis?.law || !row.basis.article, `${at} has no basis`);
    refuse(!row.zh || !row.en, `${at} has no name in both languages`);
    for (const form of row.documents ?? [])
      refuse(!words.forms.includes(form), `${at} requires form ${form}, which has no template`);
    for (const guard of row.guards ?? []) refuse(!words.guards.includes(guard), `${at} names the unknown guard ${guard}`);
    for (const field of [...(row.needs ?? []), ...(row.may ?? [])])
      refuse(!words.fields.includes(field), `${at} asks for the unknown field ${field}`);
    for (const effect of row.clocks ?? []) {
      if (effect.key === '*' && effect.do === 'stop') continue;
      const clock = clocks.get(effect.key);
      refuse(!clock, `${at} touches the unknown clock ${effect.key}`);
      if (effect.do !== 'pause' || !clock) continue;
      refuse(!effect.ground, `${at} pauses ${effect.key} without a ground`);
      refuse(
        !!effect.ground && !clock.pauseGrounds?.includes(effect.ground),
        `${at}: ${effect.key} does not pause for ${effect.ground}`,
      );
    }
  }
  for (const clock of words.clocks)
    refuse(!clock.basis?.law || !clock.basis.article || !clock.basis.mark, `clock ${clock.key} has no basis`);
  return faults;
}

/** States in which cases live although `installed` does not know them any more: a rename that would orphan those cases. */
export function orphaned(
  installed: readonly CaseDefinition[],
  live: readonly { definitionKey: string; definitionVersion: number; state: string }[],
): string[] {
  return live
    .filter(
      ({ definitionKey, definitionVersion, state }) =>
        !installed.some(
          (one) =>
            one.key === definitionKey && one.version === definitionVersion && one.states.some(({ code }) => code === state),
        ),
    )
    .map(({ definitionKey, definitionVersion, state }) => `${definitionKey} ${definitionVersion}: ${state}`);
}
