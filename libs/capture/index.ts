export { BrowserPool } from './chromium/pool';
export { captureConfig, captureServerConfig, type CaptureConfig } from './capture.config';
export { capturePage, type CaptureDeps } from './capture-page';
export { parseAllowedNet, refusalOfAddress, specialRangeOf, type AddressRefusal } from './domain/address';
export * from './domain/capture-order';
export { probe, type ProbeAnswer, type ProbeRequest } from './egress/probe';
export { SelfTestDesk } from './self-test';
export { environmentOf, rulesOf, workerKey } from './setup';
