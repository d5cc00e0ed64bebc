export { BrowserPool } from './chromium/pool';
export { captureConfig, captureServerConfig, type CaptureConfig } from './capture.config';
export { capturePage, type CaptureDeps } from './capture-page';
export { parseAllowedNet, refusalOfAddress, specialRangeOf, type AddressRefusal } from './domain/address';
export * from './domain/capture-order';
export { probe, type ProbeAnswer, type ProbeRequest } from './egress/probe';
export { SessionDesk } from './interactive/session-desk';
export { actsFault, type SessionAct, type SessionEnd, type SessionTerms } from './domain/session-acts';
export { rulesOf, workerKey } from './setup';
