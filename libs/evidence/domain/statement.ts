import type { FixationStatement } from '../../capture/capture.contract';

/** A line of the checklist that the officers have to answer before anything is fixed, and the field in which they do. */
export interface StatementGap {
  item: string;
  field: keyof FixationStatement;
}

/**
 * What a statement lacks or says against itself, by line of the checklist; empty when it can be signed. A page under an officer's hand
 * may lie behind a login, so there the way of access is always said; a page that the machine opens by itself is always public.
 * On site the holder's presence is said, and in his absence a witness or why there was none.
 * Basis: 程序规定 art. 28, 43; 人民检察院办理网络犯罪案件规定 art. 37(1), (2), (4).
 */
export function statementGaps(
  statement: FixationStatement | undefined,
  kind: 'automatic' | 'interactive' | 'received',
): StatementGap[] {
  const gaps: StatementGap[] = [];
  const ask = (item: string, field: keyof FixationStatement, when: boolean) => {
    if (when) gaps.push({ item, field });
  };
  const { scene, access, accountName, accountSource, holder, holderName, witness, noWitness } = statement ?? { scene: 'remote' };
  const login = access === 'account' || access === 'backOffice';
  ask('env.account', 'access', kind === 'interactive' ? !access : kind === 'automatic' && login);
  ask('env.account', 'accountName', login ? !accountName : Boolean(accountName || accountSource));
  ask('env.account', 'accountSource', login && !accountSource);
  ask('who.holder', 'holder', scene === 'onSite' && !holder);
  ask('who.holder', 'holderName', holder === 'present' && !holderName);
  ask('who.witness', 'witness', Boolean(witness && noWitness) || (holder === 'absent' && !witness && !noWitness));
  return gaps;
}

/** As it is kept: without what was left empty. */
export function tidyStatement(statement: FixationStatement | undefined): FixationStatement | undefined {
  if (!statement) return undefined;
  const said = Object.entries(statement)
    .map(([field, value]) => [field, typeof value === 'string' ? value.trim() : value])
    .filter(([, value]) => Boolean(value));
  return Object.fromEntries(said) as unknown as FixationStatement;
}
