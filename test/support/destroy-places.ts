/** Every place between two writes of a destruction; `test/fault/destruction-killed.fault.ts` dies at each. */
export const DESTROY_PLACES = [
  'destroy.sealsKept',
  'destroy.begun',
  'destroy.lookedUp',
  'destroy.renamed',
  'destroy.renamed@2',
  'destroy.removed',
  'destroy.removed@2',
  'destroy.gone',
  'destroy.gone@2',
  'destroy.told',
  'destroy.committed',
  'destroy.committed@2',
  'destroy.entryAppended',
  'destroy.beforeFinished',
  'destroy.finished',
];
