import type { BadgeState } from './badge.states';
import type { OriginFinding } from './origin-check';

/** What a visitor is told. One word decides heading, colour, icon and advice of the page. */
export type Verdict =
  | 'genuine'
  | 'compare'
  | 'platform'
  | 'copied'
  | 'lookalike'
  | 'suspended'
  | 'lapsed'
  | 'revoked'
  | 'subjectInactive'
  | 'unknown'
  | 'unreachable';

/** Colour is never the only carrier: each tone has its icon and words. */
export type Tone = 'green' | 'teal' | 'blue' | 'amber' | 'red' | 'grey';

export const TONES: Readonly<Record<Verdict, Tone>> = {
  genuine: 'green',
  platform: 'teal',
  compare: 'blue',
  suspended: 'amber',
  lapsed: 'amber',
  copied: 'red',
  lookalike: 'red',
  revoked: 'red',
  subjectInactive: 'red',
  unknown: 'red',
  unreachable: 'grey',
};

export interface Standing {
  state: BadgeState;
  /** The subject is still registered as active: 吊销 and 注销 end a badge whatever its own state (handbook §6.2 item 7). */
  subjectActive: boolean;
}

/**
 * The worst thing that is certain comes first: an end of the licence, then a foreign address, then a pause; an address that
 * cannot be told never makes it worse.
 */
export function verdictOf({ state, subjectActive }: Standing, origin: OriginFinding): Verdict {
  if (!subjectActive) return 'subjectInactive';
  if (state === 'revoked') return 'revoked';
  if (origin.kind === 'lookalike') return 'lookalike';
  if (origin.kind === 'other') return 'copied';
  if (state === 'suspended') return 'suspended';
  if (state === 'lapsed') return 'lapsed';
  if (origin.kind === 'match') return 'genuine';
  return origin.kind === 'platform' ? 'platform' : 'compare';
}
