// The door of the bundle that a visitor's browser runs (portal, /verify-package): no Node module may be reached from here.
export { blobSource } from './source';
export { parseTrustBundle } from './trust-bundle';
export { type PackageSource } from './verify/context';
export { type Report } from './verify/report';
export { reportText } from './verify/text';
export { verifyPackage } from './verify/verify-package';
