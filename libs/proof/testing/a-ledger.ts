import { toHex } from '../bytes';
import { digest, digestsOf, hexDigest } from '../digests';
import { checkpointText } from '../log/checkpoint';
import { entryBytes, type CustodyLine, type EntryType, type LedgerEntry, type LedgerEvent } from '../log/entry';
import { tlogProofBytes } from '../log/proofs';
import type { TreeHash } from '../log/merkle';
import { MemoryTree } from '../log/tree';
import type { NoteSigner } from '../note/keys';
import { signNote } from '../note/note';
import { jsonBytes } from '../strict-json';
import { utf8 } from '../bytes';
import { testKeys } from './keys';

/** A whole ledger in memory: both trees, entries of several subjects, checkpoints. */
export class ALedger {
  private readonly trees: Record<TreeHash, MemoryTree> = { sha256: new MemoryTree('sha256'), sm3: new MemoryTree('sm3') };
  private readonly chains = new Map<string, { seq: number; prev: string }>();

  constructor(readonly origin: string) {}

  get size(): number {
    return this.trees.sha256.size;
  }

  append(at: string, type: EntryType, subject: string, facts: Record<string, unknown> = {}): CustodyLine & { bytes: Uint8Array } {
    const { seq, prev } = this.chains.get(subject) ?? { seq: 0, prev: '' };
    const salt = toHex(digest('sha256', utf8(`salt ${this.size}`))).slice(0, 32);
    const event: LedgerEvent = { ...facts, salt };
    const entry: LedgerEntry = { at, body: digestsOf(jsonBytes(event)), prev, seq, subject, type, v: 1 };
    const bytes = entryBytes(entry);
    const idx = this.size;
    this.trees.sha256.append(bytes);
    this.trees.sm3.append(bytes);
    this.chains.set(subject, { seq: seq + 1, prev: hexDigest('sha256', bytes) });
    return { entry, event, idx, bytes };
  }

  root(hash: TreeHash, size = this.size): Uint8Array {
    return this.trees[hash].root(size);
  }

  checkpoint(hash: TreeHash = 'sha256', size = this.size, signers: NoteSigner[] = [testKeys.ledger]): Promise<Uint8Array> {
    const origin = hash === 'sha256' ? this.origin : `${this.origin}/sm3`;
    return signNote(checkpointText({ origin, size, root: this.root(hash, size) }), signers);
  }

  async proof(idx: number, hash: TreeHash = 'sha256', size = this.size, signers?: NoteSigner[]): Promise<Uint8Array> {
    return tlogProofBytes({
      index: idx,
      hashes: this.trees[hash].inclusion(idx, size),
      checkpoint: await this.checkpoint(hash, size, signers),
    });
  }

  consistency(old: number, size = this.size): Uint8Array[] {
    return this.trees.sha256.consistency(old, size);
  }
}
