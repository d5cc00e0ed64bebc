import type { TrustBundle } from '../trust-bundle';
import type { Level } from './report';

/** What can be asked at all of this bundle: without an authority outside of the agency nothing lifts a package above L2. */
export function defaultLevel(bundle: TrustBundle): Level {
  return bundle.tsa.some(({ internal }) => !internal) ? 4 : 2;
}
