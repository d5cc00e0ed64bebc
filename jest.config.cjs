const swc = (parser, extra) => [
  '@swc/jest',
  { swcrc: false, sourceMaps: 'inline', module: { type: 'commonjs' }, jsc: { target: 'es2023', parser, ...extra } },
];
// Packages that ship only as ES modules and are turned into CommonJS for Jest; a new one shows itself by "Must use import to load ES Module".
const ESM_ONLY = ['@nestjs', 'nestjs-', 'file-type', 'strtok3', 'token-types', '@tokenizer', 'uint8array-extras', '@borewit', 'puppeteer', '@puppeteer',
  'cookie', 'warcio', 'canonicalize', 'sm-crypto-v2', '@noble', 'fast-check', 'pure-rand', 'otpauth', '@cantoo', 'hash-wasm', 'pako', 'base32-encode', 'to-data-view', 'uuid-random', '@sparticuz', 'chromium-bidi', 'webdriver-bidi-protocol'];

module.exports = {
  testEnvironment: 'node',
  // Two cores are shared with browsers and databases: a limit is for what hangs, not for what waits its turn.
  testTimeout: 60_000,
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test', '<rootDir>/migrations'],
  testRegex: '\\.(spec|e2e|fault)\\.ts$',
  setupFiles: ['reflect-metadata'],
  setupFilesAfterEnv: ['<rootDir>/test/support/once-more.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  transform: {
    '^.+\\.ts$': swc({ syntax: 'typescript', decorators: true }, { transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false }, keepClassNames: true }),
    '^.+\\.m?js$': swc({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [`/node_modules/(?!(${ESM_ONLY.join('|')}))`],
};
