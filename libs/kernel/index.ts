export * from './canonical-json';
export * from './clock';
export * from './deadline';
export * from './law';
export * from './problem';
export * from './state-table';
export * from './working-calendar';
