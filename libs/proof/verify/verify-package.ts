import { toHex } from '../bytes';
import { digest } from '../digests';
import { trustBundleBytes, type TrustBundle } from '../trust-bundle';
import { Context, type PackageSource, type VerifyOptions } from './context';
import { isBeyond, levelReached, stepResults, verdictOf, type Report } from './report';
import { verifyContainer } from './v0-container';
import { verifySeal } from './v1-seal';
import { verifyManifest } from './v2-manifest';
import { verifySignature } from './v3-signature';
import { datedBefore, openStamps, verifyStamps } from './v4-stamps';
import { verifyLogged } from './v5-log';
import { openCustody, verifyCustody } from './v6-custody';
import { verifyAnchors } from './v7-anchors';
import { verifyRenewals } from './v8-renewals';
import { verifyContent } from './v9-content';
import { verifyReport } from './v10-report';

/**
 * Says whether a package is what it claims. No network, no database, no clock: the package, what the asker trusts, and a moment.
 * Every step runs as far as its inputs exist, so that one report names all that is wrong.
 */
export async function verifyPackage(source: PackageSource, bundle: TrustBundle, options: VerifyOptions): Promise<Report> {
  const ctx = new Context(source, bundle, options);
  await verifyContainer(ctx);
  await verifySeal(ctx);
  await verifyManifest(ctx);
  await openCustody(ctx);
  await openStamps(ctx);
  await verifySignature(ctx, datedBefore(ctx));
  await verifyStamps(ctx);
  await verifyLogged(ctx);
  await verifyCustody(ctx);
  await verifyAnchors(ctx);
  await verifyRenewals(ctx);
  await verifyContent(ctx);
  await verifyReport(ctx);
  await options.wire?.(ctx);
  return reportOf(ctx);
}

function reportOf(ctx: Context): Report {
  const order = (step: string) => Number(step.slice(1));
  const reasons = [...ctx.reasons].sort((a, b) => order(a.step) - order(b.step));
  const steps = stepResults(ctx.done, reasons);
  const level = levelReached(steps);
  const required = ctx.options.level;
  return {
    schema: 'evidence-report/1',
    at: ctx.options.at.toISOString(),
    trustSha256: toHex(digest('sha256', trustBundleBytes(ctx.bundle))),
    package: {
      form: ctx.package_.form,
      id: ctx.manifest?.id ?? null,
      number: ctx.manifest?.number ?? null,
      kind: ctx.manifest?.kind ?? null,
      manifestSha256: ctx.files.get('MANIFEST.json')?.sha256 ?? null,
    },
    verdict: verdictOf(level, required, reasons),
    level,
    requiredLevel: required,
    reasons: reasons.filter((reason) => !isBeyond(reason, required)),
    beyond: reasons.filter((reason) => isBeyond(reason, required)),
    findings: ctx.findings,
    steps,
  };
}
