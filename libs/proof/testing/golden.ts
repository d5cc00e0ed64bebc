import { utf8 } from '../bytes';
import { entrySchema } from '../log/entry';
import { manifestSchema } from '../manifest/manifest.schema';
import { jsonBytes } from '../strict-json';
import { trustBundleBytes, trustSchema, type TrustBundle } from '../trust-bundle';
import { evp, fixed, sealed } from './a-package';
import { aStampedPackage } from './a-stamped-package';
import { aWiredPackage } from './a-wired-package';
import { testKeys } from './keys';

/** Packages that stay in the repository for other verifiers. */
export async function goldenPackages(): Promise<Record<string, { evp: Uint8Array; bundle: TrustBundle }>> {
  const whole = await aStampedPackage();
  const wired = await aWiredPackage();
  const unanchored = await aStampedPackage({
    newestBy: [testKeys.ledger],
    files: (files) => Object.fromEntries(Object.entries(files).filter(([path]) => path !== 'proofs/checkpoint.tsr')),
  });
  const content = {
    'content/original/photo.jpg': utf8('received bytes\n'),
    'record/request.json': jsonBytes({ kind: 'import', v: 1 }),
  };
  const received = await sealed(
    await fixed(content, { kind: 'import', environment: null, navigation: null }, [testKeys.importer]),
  );
  const internal = { ...unanchored.bundle, tsa: unanchored.bundle.tsa.map((tsa) => ({ ...tsa, internal: true })) };
  return {
    whole: { evp: await evp(whole.files), bundle: whole.bundle },
    wire: { evp: await evp(wired.files), bundle: wired.bundle },
    internal: { evp: await evp(unanchored.files), bundle: internal },
    import: { evp: await evp(received), bundle: whole.bundle },
  };
}

/** Every file of `testdata/evidence` that is made. */
export async function goldenFiles(): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {
    'manifest.schema.json': utf8(`${JSON.stringify(manifestSchema, null, 2)}\n`),
    'trust.schema.json': utf8(`${JSON.stringify({ title: 'evidence-trust/1', ...trustSchema }, null, 2)}\n`),
    'entry.schema.json': utf8(`${JSON.stringify({ title: 'ledger entry', ...entrySchema }, null, 2)}\n`),
  };
  for (const [name, made] of Object.entries(await goldenPackages())) {
    files[`${name}.evp`] = made.evp;
    files[`${name}.trust.json`] = trustBundleBytes(made.bundle);
  }
  return files;
}
