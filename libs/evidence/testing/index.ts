export { aRequest, evidenceRoom, furnish, MAKERS } from './evidence-room';
export { PLAYED_IDENTITY, playedCapture, stagePackage } from './played-capture';
export * from './a-disposal';
export * from './a-house';
export * from './a-witness';
