import { keyOf } from '../note/keys';

const seed = (byte: number) => new Uint8Array(32).fill(byte);

/** Keys that everybody can make: for tests and golden packages, where the bytes have to be the same on every machine. */
export const testKeys = {
  worker: keyOf('aj.test/worker-1', 'ed25519', seed(1)),
  agency: keyOf('aj.test/agency-1', 'sm2', seed(2)),
  seal: keyOf('aj.test/seal-1', 'ed25519', seed(3)),
  importer: keyOf('aj.test/import-1', 'ed25519', seed(4)),
  ledger: keyOf('aj.test/ledger-1', 'ed25519', seed(5)),
  witness: keyOf('court.test/witness-1', 'ed25519', seed(6)),
};
