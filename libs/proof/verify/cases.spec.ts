import { bytesSource } from '../source';
import { CASES, type CaseInput } from '../testing';
import { type PackageSource } from './context';
import { reportText } from './text';
import { verifyPackage } from './verify-package';

export function sourceOf({ input }: CaseInput): PackageSource {
  if (input instanceof Uint8Array) return { form: 'file', source: bytesSource(input) };
  return { form: 'folder', files: new Map(Object.entries(input).map(([path, bytes]) => [path, bytesSource(bytes)])), odd: [] };
}

describe('every fault has its verdict and its first reason', () => {
  it.each(CASES)('$name → $verdict $first', async ({ make, verdict, first }) => {
    const given = await make();
    const { at, level, checkpoints, bundle } = given;
    const report = await verifyPackage(sourceOf(given), bundle, { at: new Date(at), level, checkpoints });
    const told = report.reasons.map(({ code, subject, detail }) => `${code} ${subject} ${detail}`);
    expect([report.verdict, report.reasons[0]?.code ?? null, told]).toEqual([verdict, first, told]);
    expect(reportText(report, 'zh')).toContain(first ?? '通过');
  });
});
