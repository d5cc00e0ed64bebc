/** Codes of the outlet's lists; words are `choice.<list>.<code>`. */
export const siteTypes = ['commercial-own-goods', 'platform', 'info-publishing', 'display', 'base-service', 'other'];
export const carrierKinds = [
  'platform',
  'website',
  'shop-local-platform',
  'shop-remote-platform',
  'app',
  'mini-program',
  'public-account',
  'live-room',
  'video-account',
  'local-life',
  'catering-shop',
];
export const pools = ['none', 'claimed', 'key', 'excluded', 'closed'];
export const proofMethods = ['wellKnown', 'dnsTxt', 'platformAttestation'];
