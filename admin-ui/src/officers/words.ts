export const roles = ['officer', 'inspector', 'legalReviewer', 'head', 'liaison', 'auditor', 'systemAdmin', 'securityAdmin'];
export const scopes = ['self', 'unit', 'below', 'all', 'none'];
export const officerStates = ['active', 'disabled'];
