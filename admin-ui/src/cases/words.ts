export const caseStates = [
  'clue',
  'filingProposed',
  'notFiled',
  'discarded',
  'filed',
  'investigating',
  'paused',
  'concluded',
  'underReview',
  'reviewed',
  'notified',
  'hearing',
  'decisionProposed',
  'decided',
  'served',
  'closingProposed',
  'terminated',
  'transferred',
  'closed',
  'archived',
];
export const phases = ['clue', 'running', 'ended'];
/** Official forms that can be drafted in a case; names are `choice.form.<id>`. The papers of orders are made by their orders. */
export const forms = ['7', '11', '12', '24', '37', '42', '45', '50', '53'];
export const clueSources = ['inspection', 'complaint', 'report', 'transfer', 'superior', 'monitoring', 'badgeReport'];
export const visibilities = ['normal', 'restricted', 'sealed'];
