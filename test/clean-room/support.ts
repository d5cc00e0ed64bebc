import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bytesSource, type PackageSource, trustBundleBytes, verifyPackage, verifyWire } from '../../libs/proof';
import type { CaseInput } from '../../libs/proof/testing';

/** What a verifier says, as far as the specification fixes it. */
export interface Opinion {
  verdict: string;
  level: number;
  reasons: string[];
}

export type Question = CaseInput & { wire?: boolean };

export async function ours({ input, bundle, at, level, checkpoints, wire }: Question): Promise<Opinion> {
  const options = { at: new Date(at), level, checkpoints, ...(wire ? { wire: verifyWire } : {}) };
  const report = await verifyPackage(sourceOf(input), bundle, options);
  return {
    verdict: report.verdict,
    level: report.level,
    reasons: unique(report.reasons.map(({ step, code }) => `${step} ${code}`)),
  };
}

/** Asks the verifier in Python about all of them at once. */
export function theirs(questions: readonly Question[]): Opinion[] {
  return asked(questions).map(({ verdict, level, reasons }) => ({
    verdict,
    level,
    reasons: unique(reasons.map(([step, code]) => `${step} ${code}`)),
  }));
}

function asked(questions: readonly Question[]): { verdict: string; level: number; reasons: string[][]; findings: string[][] }[] {
  const folder = mkdtempSync(join(tmpdir(), 'agreement-'));
  const cases = questions.map((question, n) => place(join(folder, String(n)), question));
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
  const script = join(__dirname, 'verify.py');
  const answer = execFileSync('python3', [script, '--batch', join(folder, 'cases.json')], { maxBuffer: 256 * 1024 * 1024 });
  return JSON.parse(answer.toString()) as ReturnType<typeof asked>;
}

/** What both say beside the verdict under this code, of those that both know; each as `CODE subject detail`. */
export async function findingsOf(
  question: Question,
  wanted: 'REVOCATION_UNKNOWN' | 'TLS_ERROR',
): Promise<{ ours: string[]; theirs: string[] }> {
  const { input, bundle, at, level, checkpoints } = question;
  const report = await verifyPackage(sourceOf(input), bundle, { at: new Date(at), level, checkpoints });
  const told = (code: string, subject: string, detail: string): string[] =>
    code === wanted ? [`${code} ${subject} ${detail}`] : [];
  return {
    ours: report.findings.flatMap(({ code, subject, detail }) => told(code, subject, detail)),
    theirs: asked([question])[0]!.findings.flatMap(([code, subject, detail]) => told(code!, subject!, detail!)),
  };
}

/** Names of the questions on which the two differ, with both answers. */
export async function differences(questions: readonly (Question & { name: string })[]) {
  const answers = theirs(questions);
  const found: { name: string; ours: Opinion; theirs: Opinion }[] = [];
  for (const [n, question] of questions.entries()) {
    const own = await ours(question);
    if (JSON.stringify(own) !== JSON.stringify(answers[n])) found.push({ name: question.name, ours: own, theirs: answers[n]! });
  }
  return found;
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
function place(root: string, { input, bundle, at, level, checkpoints, wire }: Question) {
  mkdirSync(root);
  const write = (name: string, bytes: Uint8Array) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), bytes);
    return join(root, name);
  };
  const trust = write('trust.json', trustBundleBytes(bundle));
  const held = checkpoints.map((bytes, n) => write(`checkpoint-${n}`, bytes));
  if (input instanceof Uint8Array)
    return { package: write('package.evp', input), trust, checkpoints: held, level, at, wire: wire === true };
  mkdirSync(join(root, 'package'));
  for (const [path, bytes] of Object.entries(input)) write(`package/${path}`, bytes);
  return { package: join(root, 'package'), trust, checkpoints: held, level, at, wire: wire === true };
}
