import { CASES, goldenPackages } from '../../libs/proof/testing';
import { differences, type Opinion, ours, type Question, theirs } from './support';

const AT = '2026-11-23T00:00:00.000Z';
/** Damaged packages of each kind; `AGREEMENT_CASES` asks for more in a nightly run. */
const DAMAGED = Number(process.env.AGREEMENT_CASES ?? 600);

/** Our verifier and the one in Python, which shares no line with it, on the same packages. */
describe('two verifiers', () => {
  const given: { name: string; input: Question }[] = [];
  let answers: Opinion[] = [];

  beforeAll(async () => {
    for (const { name, make } of CASES) given.push({ name, input: await make() });
    for (const [name, { evp, bundle }] of Object.entries(await goldenPackages())) {
      for (const level of [1, 2, 3, 4, 5] as const) {
        const wire = name === 'wire';
        given.push({ name: `golden ${name} at L${level}`, input: { input: evp, bundle, at: AT, level, checkpoints: [], wire } });
      }
    }
    answers = theirs(given.map(({ input }) => input));
  }, 300_000);

  it.each([...CASES.keys()].map((n) => [CASES[n]!.name, n] as const))('I-19: agree on "%s"', async (_name, n) => {
    expect(answers[n]).toEqual(await ours(given[n]!.input));
  });

  it('I-19: agree on the golden packages at every level', async () => {
    expect(given.length).toBe(CASES.length + 20);
    for (let n = CASES.length; n < given.length; n++) {
      expect({ name: given[n]!.name, ...answers[n] }).toEqual({ name: given[n]!.name, ...(await ours(given[n]!.input)) });
    }
  });

  it('I-19, I-01, I-02: agree on golden packages with bits flipped, bytes put in, taken out, cut off', async () => {
    const random = sequence(20_261_129);
    const golden = Object.entries(await goldenPackages());
    const questions = Array.from({ length: DAMAGED }, () => {
      const [name, { evp, bundle }] = golden[random(golden.length)]!;
      const { bytes, what } = damaged(evp, random);
      const level = (1 + random(5)) as Question['level'];
      return { name: `${name}, ${what}, L${level}`, input: bytes, bundle, at: AT, level, checkpoints: [], wire: name === 'wire' };
    });
    expect(await differences(questions)).toEqual([]);
  }, 600_000);
});

/** The same numbers below n in every run. */
function sequence(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function damaged(bytes: Uint8Array, random: (n: number) => number): { bytes: Uint8Array; what: string } {
  const at = random(bytes.length);
  const kind = random(6);
  if (kind < 3) {
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 1 << random(8);
    return { bytes: flipped, what: `bit of byte ${at}` };
  }
  if (kind === 3)
    return {
      bytes: Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at)]),
      what: `put in at ${at}`,
    };
  if (kind === 4)
    return { bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(20))]), what: `taken out at ${at}` };
  return { bytes: Uint8Array.from(bytes.subarray(0, at)), what: `cut at ${at}` };
}
