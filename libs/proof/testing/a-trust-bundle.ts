import type { SignerRole, TrustBundle } from '../trust-bundle';
import { ORIGIN } from './a-manifest';
import { testKeys } from './keys';

const PERIOD = { from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' };

export function aTrustBundle(changes: Partial<TrustBundle> = {}): TrustBundle {
  const signer = (key: { name: string; vkey: string }, ...roles: SignerRole[]) => ({
    name: key.name,
    vkey: key.vkey,
    roles,
    ...PERIOD,
    revoked: null,
  });
  return {
    schema: 'evidence-trust/1',
    logs: [ORIGIN, `${ORIGIN}/sm3`].map((origin) => ({ origin, vkey: testKeys.ledger.vkey, ...PERIOD })),
    signers: [
      signer(testKeys.worker, 'worker'),
      signer(testKeys.agency, 'agency'),
      signer(testKeys.seal, 'seal'),
      signer(testKeys.importer, 'import'),
    ],
    tsa: [],
    x509Roots: [],
    witnesses: [{ name: testKeys.witness.name, vkey: testKeys.witness.vkey }],
    policy: { tokens: 1, witnesses: 1, maxLateMinutes: 10 },
    algorithms: { sha256: '2035-01-01T00:00:00.000Z', sm3: '2035-01-01T00:00:00.000Z' },
    ...changes,
  };
}
