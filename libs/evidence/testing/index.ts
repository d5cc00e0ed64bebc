export { aRequest, evidenceRoom, furnish, MAKERS } from './evidence-room';
export { playedCapture, stagePackage } from './played-capture';
export * from './a-disposal';
export * from './a-house';
export * from './a-witness';
