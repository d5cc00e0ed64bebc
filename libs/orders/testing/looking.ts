export { picture, startLooking } from '../../../apps/portal/src/testing/browser';
