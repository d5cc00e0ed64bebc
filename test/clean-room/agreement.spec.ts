import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bytesSource, type PackageSource, trustBundleBytes, verifyPackage } from '../../libs/proof';
import { CASES, type CaseInput, goldenPackages } from '../../libs/proof/testing';

interface Opinion {
  verdict: string;
  level: number;
  reasons: string[];
}

const AT = '2026-11-23T00:00:00.000Z';

/** Our verifier and the one in Python, which shares no line with it, on the same packages. */
describe('two verifiers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agreement-'));
  const given: { name: string; input: CaseInput }[] = [];
  let theirs: Opinion[] = [];

  beforeAll(async () => {
    for (const { name, make } of CASES) given.push({ name, input: await make() });
    for (const [name, { evp, bundle }] of Object.entries(await goldenPackages())) {
      for (const level of [1, 2, 3, 4, 5] as const) {
        given.push({ name: `golden ${name} at L${level}`, input: { input: evp, bundle, at: AT, level, checkpoints: [] } });
      }
    }
    const cases = given.map(({ input }, n) => place(join(folder, String(n)), input));
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
    const script = join(__dirname, 'verify.py');
    const answer = execFileSync('python3', [script, '--batch', join(folder, 'cases.json')], { maxBuffer: 64 * 1024 * 1024 });
    const told = JSON.parse(answer.toString()) as { verdict: string; level: number; reasons: string[][] }[];
    theirs = told.map(({ verdict, level, reasons }) => ({
      verdict,
      level,
      reasons: unique(reasons.map(([step, code]) => `${step} ${code}`)),
    }));
  }, 300_000);

  it.each([...CASES.keys()].map((n) => [CASES[n]!.name, n] as const))('I-19: agree on "%s"', async (_name, n) => {
    expect(theirs[n]).toEqual(await ours(given[n]!.input));
  });

  it('I-19: agree on the golden packages at every level', async () => {
    expect(given.length).toBe(CASES.length + 15);
    for (let n = CASES.length; n < given.length; n++) {
      expect({ name: given[n]!.name, ...theirs[n] }).toEqual({ name: given[n]!.name, ...(await ours(given[n]!.input)) });
    }
  });
});

async function ours({ input, bundle, at, level, checkpoints }: CaseInput): Promise<Opinion> {
  const report = await verifyPackage(sourceOf(input), bundle, { at: new Date(at), level, checkpoints });
  return {
    verdict: report.verdict,
    level: report.level,
    reasons: unique(report.reasons.map(({ step, code }) => `${step} ${code}`)),
  };
}

/** In how many places a reason is said may differ; which are said, and in which order, may not. */
function unique(reasons: string[]): string[] {
  return [...new Set(reasons)];
}

function sourceOf(input: CaseInput['input']): PackageSource {
  if (input instanceof Uint8Array) return { form: 'file', source: bytesSource(input) };
  return { form: 'folder', files: new Map(Object.entries(input).map(([path, bytes]) => [path, bytesSource(bytes)])), odd: [] };
}

/** Writes a case where the other verifier finds it. */
function place(root: string, { input, bundle, at, level, checkpoints }: CaseInput) {
  mkdirSync(root);
  const write = (name: string, bytes: Uint8Array) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), bytes);
    return join(root, name);
  };
  const trust = write('trust.json', trustBundleBytes(bundle));
  const held = checkpoints.map((bytes, n) => write(`checkpoint-${n}`, bytes));
  if (input instanceof Uint8Array) return { package: write('package.evp', input), trust, checkpoints: held, level, at };
  for (const [path, bytes] of Object.entries(input)) write(`package/${path}`, bytes);
  return { package: join(root, 'package'), trust, checkpoints: held, level, at };
}
