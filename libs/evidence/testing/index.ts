export { aRequest, evidenceRoom, furnish, MAKERS, playedCapture, stagePackage } from './evidence-room';
