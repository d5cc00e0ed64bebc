/** Published in the transaction of the change; subject is the id of the record. */
export interface SubjectChangedFact {
  subjectId: string;
  /** Names of the fields that changed; `['created']` for a new subject. */
  fields: string[];
  /** The registration status stopped being one with which a badge may stand. */
  becameInactive: boolean;
}

export interface OutletChangedFact {
  outletId: string;
  subjectId: string;
  fields: string[];
}

export const registryFacts = {
  subjectChanged: 'registry.subjectChanged',
  outletChanged: 'registry.outletChanged',
  conflictOpened: 'registry.conflictOpened',
} as const;
