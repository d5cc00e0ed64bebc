export * from './a-manifest';
export * from './a-package';
export * from './a-trust-bundle';
export * from './keys';
export * from './openssl-tsa';
