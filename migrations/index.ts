// One line a migration, in the order in which they run. `migrations/run.ts` and the tests take the list from here.
export { Platform1790000000100 } from './1790000000100-Platform';
