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

/** Official forms that can be drafted in a case; names are `choice.form.<id>`. */
export const forms = ['7', '12', '37', '45', '50', '53'];
export const clueSources = ['inspection', 'complaint', 'report', 'transfer', 'assigned', 'monitoring', 'badgeReport'];
