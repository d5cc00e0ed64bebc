/** What a person can do something about: one sentence, with the command that would help. Ends the script with code 1. */
export class Cannot extends Error {
  constructor(sentence, command) {
    super(command ? `${sentence} Try: ${command}` : sentence);
  }
}

let quiet = false;
export const beQuiet = () => (quiet = true);

/** One line on standard error, so that standard output stays free for answers (`nms … --json`). */
export function say(line) {
  if (!quiet) process.stderr.write(`${line}\n`);
}

/** One choice of the provision table: what, which one, and where it comes from. */
export const choice = (part, what) => say(`  ${part.padEnd(11)} ${what}`);

/** Ends the process the way every script here ends: a refusal in one sentence, anything unforeseen with its stack. */
export function endWith(fault) {
  process.stderr.write(fault instanceof Cannot ? `\n${fault.message}\n` : `\n${fault?.stack ?? fault}\n`);
  process.exit(1);
}
