export * from './a-house';
export * from './a-witness';
