/**
 * What the officers say of a fixation beside what the machine records of it: lines of the checklist that only a person knows.
 * Part of `record/request.json`: the ledger knows its digest before any browser starts, and the manifest signs it.
 */
export interface FixationStatement {
  /** `remote`: from the office, over the network; `onSite`: at the place of whoever holds the data. */
  scene: 'remote' | 'onSite';
  /** How the address, or the place of the file, was come to, step by step. */
  entry?: string;
  access?: 'public' | 'account' | 'backOffice';
  accountName?: string;
  /** Whose account it is and who gave it. */
  accountSource?: string;
  technician?: string;
  /** Whether the holder of the data, or the party, was there. */
  holder?: 'present' | 'absent';
  holderName?: string;
  witness?: string;
  /** Why there was no witness. */
  noWitness?: string;
  /** What the look-ups of domain and ICP filing said, when and where they were made. */
  registration?: string;
  /** Of a purchase made to take evidence: order, time, sum. */
  purchase?: string;
  /** Number of a film of the act that is kept elsewhere. */
  recording?: string;
}

const ITEMS: readonly (readonly [item: string, ...fields: (keyof FixationStatement)[]])[] = [
  ['env.account', 'accountName'],
  ['how.purchase', 'purchase'],
  ['how.video', 'recording'],
  ['where.registration', 'registration'],
  ['where.steps', 'entry'],
  ['who.holder', 'holder'],
  ['who.tech', 'technician'],
  ['who.witness', 'witness', 'noWitness'],
];

/** Ids of the checklist that a statement serves, for the manifest's line of `record/request.json`. */
export const statedItems = (statement: FixationStatement | undefined): string[] =>
  statement ? ITEMS.filter(([, ...fields]) => fields.some((field) => statement[field])).map(([item]) => item) : [];
