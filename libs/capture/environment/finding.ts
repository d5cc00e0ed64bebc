import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export type CheckResult = 'pass' | 'warn' | 'fail' | 'na';

/** Line of `record/environment.json` (evidence-package.md section 11). */
export interface Check {
  id: string;
  at: string;
  result: CheckResult;
  expected: string;
  observed: string;
  sha256: string | null;
}

export type Finding = Omit<Check, 'id' | 'at'>;

export const finding = (result: CheckResult, expected: string, observed: string, sha256: string | null = null): Finding => ({
  result,
  expected,
  observed: observed.slice(0, 4_096),
  sha256,
});
export const na = (expected: string, reason: string): Finding => finding('na', expected, reason);
export const digest = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
export const contents = (path: string) => readFile(path).catch(() => null);

export const SELF_TEST = 'built-in page captured by the same path equals its golden copy: bodies and pixels';

/** Who knows how the last self-test of this process ended. */
export interface SelfTest {
  finding(browserSha256: string): Promise<Finding>;
}
