export * from './canonical-json';
export * from './clock';
export * from './law';
export * from './problem';
export * from './state-table';
