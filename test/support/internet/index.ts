export { Internet } from './internet';
export { MODES, LOOK_ALIKE, type Mode, type Site, type Visit } from './world';
export { SHOPS, PLATFORM, PLATFORM_SHOPS, type Shop } from './shops';
export type { Mail } from './mailbox';
