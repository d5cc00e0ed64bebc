export * from './capture-harness';
export * from './fixture-site';
export * from './fixture-dns';
export { hostilePages } from './hostile-pages';
export { timeServer } from './fixture-time';
export { EICAR, playedClamd } from './fixture-clamd';
export { FixtureUpstream, OTHER_NETWORK } from './fixture-upstream';
