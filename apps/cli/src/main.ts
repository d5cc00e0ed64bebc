import 'reflect-metadata';
import { helpText } from './help';

type Verb = (argv: string[]) => Promise<number>;

const USAGE = 3;

/** Each verb is loaded when it is called: verifying a package must not drag a database or a browser along. */
const VERBS: Record<string, () => Promise<Verb>> = {
  'verify-package': async () => (await import('./verify-package.js')).verifyPackageCommand,
  capture: async () => (await import('./capture.js')).captureCommand,
  fsck: async () => (await import('./fsck.js')).fsckCommand,
  scrub: async () => (await import('./scrub.js')).scrubCommand,
  seed: async () => (await import('./seed.js')).seedCommand,
  keys: async () => (await import('./keys-command.js')).keysCommand,
  'export-checkpoint': async () => (await import('./export-ledger.js')).exportCheckpointCommand,
  'export-tiles': async () => (await import('./export-ledger.js')).exportTilesCommand,
  tsa: async () => (await import('./tsa.js')).tsaCommand,
};

async function main([verb, ...argv]: string[]): Promise<number> {
  const load = verb && Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (load) return (await load())(argv);
  const asked = verb === undefined || verb === '--help' || verb === 'help';
  (asked ? console.log : console.error)(helpText(asked ? null : verb));
  return asked ? 0 : USAGE;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (fault: unknown) => {
    console.error(fault instanceof Error ? fault.message : fault);
    process.exitCode = USAGE;
  },
);
