// The door of the script that a visitor's browser runs (portal, /verify-package): no Node module may be reached from here.
export { type ByteSource, blobSource } from './source';
export { parseTrustBundle, type TrustBundle } from './trust-bundle';
export { type PackageSource } from './verify/context';
export { defaultLevel } from './verify/default-level';
export type * from './verify/report';
export { reportText } from './verify/text';
export { verifyWire } from './verify/v11-wire';
export { verifyPackage } from './verify/verify-package';
export * from './verify/wording';
