/** Ends what this run alone had; the cluster stays for the next one. */
export default async function globalTeardown() {
  await globalThis.nmsTestRun?.stop();
}
