export const operatorKinds = ['platform', 'hosting', 'telecom'];
export const contactRoles = ['reader', 'acknowledger', 'executor', 'integrator'];
