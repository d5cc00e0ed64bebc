import { bytesSource } from '../source';
import { aStampedPackage, CASES, type CaseInput, evp } from '../testing';
import { keyOf } from '../note/keys';
import { type PackageSource } from './context';
import { reportText } from './text';
import { verifyPackage } from './verify-package';

function sourceOf({ input }: CaseInput): PackageSource {
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

it('I-13, I-14: every export verifies with a later bundle that keeps the keys, also after later events and an erased body', async () => {
  const first = await aStampedPackage();
  const second = await aStampedPackage({ later: [['2026-12-01T00:00:00.000Z', 'evidence.exported', { n: 1, sealSha256: 'x' }]] });
  const third = await aStampedPackage({
    later: [['2026-12-01T00:00:00.000Z', 'evidence.viewed', { who: 'x' }]],
    custody: (lines) => lines.map((line) => (line.entry.type === 'evidence.viewed' ? { ...line, event: null } : line)),
  });
  const { bundle } = first;
  const period = { from: '2027-01-01T00:00:00.000Z', to: '2028-01-01T00:00:00.000Z' };
  const next = keyOf('aj.test/worker-2', 'ed25519', new Uint8Array(32).fill(42));
  const later = {
    ...bundle,
    logs: [...bundle.logs, { origin: 'aj.test/evidence/2027', vkey: next.vkey, ...period }],
    signers: [...bundle.signers, { name: next.name, vkey: next.vkey, roles: ['worker' as const], ...period, revoked: null }],
    witnesses: [
      ...bundle.witnesses,
      { name: 'other.test/w', vkey: keyOf('other.test/w', 'ed25519', new Uint8Array(32).fill(43)).vkey },
    ],
  };
  for (const { files } of [first, second, third]) {
    const source = { form: 'file' as const, source: bytesSource(await evp(files)) };
    const report = await verifyPackage(source, later, { at: new Date('2026-12-24T00:00:00.000Z'), level: 5, checkpoints: [] });
    expect(report).toMatchObject({ verdict: 'PASSED', level: 5 });
  }
});
