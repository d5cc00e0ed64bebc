import 'reflect-metadata';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { CheckpointSigner } from '../../apps/ledger-signer/src/checkpoint-signer';
import { KeptRoots } from '../../apps/ledger-signer/src/remembered';
import { EVIDENCE_ROWS } from '../../libs/evidence';
import { evidenceRoom, MAKERS } from '../../libs/evidence/testing';
import { OFFICER_ROWS } from '../../libs/officers';
import { clockFor, Db, FileBlobStore, systemClaims, withClaims } from '../../libs/platform';
import { testKeys } from '../../libs/proof/testing';

/**
 * One package's way through worker and signer in a process of its own, so that a fault test can kill it between any two writes:
 * `node evidence-process.js <package id> <verb> …`. It does what the queue, the sweeps and the signer do, in order, and each verb is safe to
 * repeat; being killed and run again is being restarted.
 */
async function main([packageId, ...verbs]: string[]): Promise<void> {
  const { FAULT_ROOT: root, FAULT_DB: url, FAULT_SIGNER_DB: signerUrl, FAULT_STAGING: stagingDir } = process.env;
  const open = (address: string, entities: unknown[]) =>
    new DataSource({ type: 'postgres', url: address, entities: entities as never[], installExtensions: false }).initialize();
  const clock = clockFor(join(root!, 'clock.json'));
  const source = await open(url!, [...EVIDENCE_ROWS, ...OFFICER_ROWS]);
  const db = new Db(source);
  const room = evidenceRoom({
    db,
    clock,
    root: root!,
    ...(stagingDir && { stagingDir }),
    ...(process.env.FAULT_REPLICA && { replica: new FileBlobStore(process.env.FAULT_REPLICA) }),
    captureUrl: process.env.FAULT_CAPTURE!,
    tsaUrls: process.env.FAULT_TSA ? [process.env.FAULT_TSA] : [],
  });
  const exportOf = () =>
    db.tx(async (tx) => {
      const [known] = await tx.query<{ id: string }[]>('SELECT id FROM evidence_export WHERE package_id = $1', [packageId]);
      const officer = { actor: MAKERS[0], scope: 'unit', division: '141122', roles: ['officer'] } as const;
      return known
        ? known.id
        : db.as(officer, async (fresh) => (await room.evidence.requestExport(fresh, packageId!, '移送')).id);
    });
  const acts: Record<string, () => Promise<unknown>> = {
    capture: () => room.runner.run(packageId!),
    stamp: () => room.stamper.stamp(packageId!),
    place: () => room.sequencer.placeAll(),
    sign: async () => {
      const signers = await open(signerUrl!, []);
      const kept = new KeptRoots(join(root!, 'kept-roots.json'));
      await new CheckpointSigner(new Db(signers), clock, testKeys.ledger, kept, { intervalMs: 0, adopt: false }).look();
      await signers.destroy();
    },
    export: async () => room.exporter.build(await exportOf()),
    destroy: () => room.destroyer.run(packageId!),
  };
  for (const verb of verbs) await withClaims(systemClaims('worker'), acts[verb]!);
  await source.destroy();
}

main(process.argv.slice(2)).catch((fault: unknown) => {
  console.error(fault);
  process.exit(1);
});
