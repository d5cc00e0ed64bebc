export const captureStates = [
  'requested',
  'capturing',
  'fixed',
  'stamped',
  'confirmed',
  'sealed',
  'transferred',
  'refused',
  'failed',
  'disposed',
];
export const profiles = ['desktop', 'mobile'];
export const captureKinds = ['web_capture', 'import', 'attestation'];
export const captureModes = ['automatic', 'interactive'];
