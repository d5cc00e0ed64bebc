export { aRequest, evidenceRoom, furnish, MAKERS, playedCapture, stagePackage } from './evidence-room';
export * from './a-disposal';
export * from './a-house';
export * from './a-witness';
