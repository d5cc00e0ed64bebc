// The only place that binds to a platform. The browser bundle puts ./browser where ./node stands (scripts/bundle-verifier.mjs).
export * from './types';
export * from './node';
