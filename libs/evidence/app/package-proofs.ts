import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  consistencyBytes,
  consistencyRanges,
  type ContainerFile,
  hashesOf,
  inclusionRanges,
  tlogProofBytes,
  type TreeHash,
  utf8,
} from '../../proof';
import type { PackageRow } from '../store/evidence.entity';
import type { CustodyRow } from '../store/ledger';
import { LedgerAnchors } from '../store/ledger-anchors';
import { LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';

export interface ProofsAsked {
  row: PackageRow;
  /** All of it lies below the checkpoint. */
  custody: readonly CustodyRow[];
  /** With the note that was stamped, where there is a token. */
  checkpoint: StoredCheckpoint;
  /** Over the note of the checkpoint. */
  token: Buffer | null;
}

/** The files of `proofs/` that show how a package stands in the log at a checkpoint: for an export, and for a look at our own. */
@Injectable()
export class PackageProofs {
  constructor(
    private readonly trees: LedgerTrees,
    private readonly anchors: LedgerAnchors,
  ) {}

  async at(tx: EntityManager, { row, custody, checkpoint, token }: ProofsAsked): Promise<ContainerFile[]> {
    const fixation = custody.find(({ type }) => type === 'evidence.fixed')!;
    const last = Number(custody.at(-1)!.idx);
    const cosigned = { ...checkpoint, note: await this.anchors.cosigned(tx, checkpoint) };
    const place = (hash: TreeHash, index: number) => this.proofOf(tx, checkpoint, hash, index);
    return [
      { path: 'proofs/fixation.entry.json', source: new Uint8Array(fixation.entry) },
      { path: 'proofs/fixation.tlog-proof', source: await place('sha256', Number(fixation.idx)) },
      { path: 'proofs/fixation.sm3.tlog-proof', source: await place('sm3', Number(fixation.idx)) },
      // The lines of witnesses stand here only: the token dates the note of the other proofs, byte by byte.
      { path: 'proofs/custody.tlog-proof', source: await this.proofOf(tx, cosigned, 'sha256', last) },
      ...(await this.consistency(tx, row, checkpoint)),
      ...(token ? [{ path: 'proofs/checkpoint.tsr', source: new Uint8Array(token) }] : []),
      ...(await this.renewals(tx, checkpoint.origin, Number(fixation.idx))),
    ];
  }

  /** Those since the fixation, all of them: a reader counts them, and one left out could be the one that came too late. */
  private async renewals(tx: EntityManager, origin: string, fixation: number): Promise<ContainerFile[]> {
    const since = (await this.anchors.renewals(tx, origin)).filter(({ size }) => size > fixation);
    return since.flatMap(({ n, statement, token }) => {
      const folder = `proofs/renewals/${String(n).padStart(4, '0')}`;
      return [
        { path: `${folder}/statement.json`, source: new Uint8Array(statement) },
        { path: `${folder}/token.tsr`, source: new Uint8Array(token) },
      ];
    });
  }

  private async proofOf(
    tx: EntityManager,
    { origin, size, note, noteSm3 }: StoredCheckpoint,
    hash: TreeHash,
    index: number,
  ): Promise<Uint8Array> {
    const ranges = inclusionRanges(index, size);
    const hashes = hashesOf(hash, ranges, await this.trees.reader(tx, origin, hash, ranges));
    return tlogProofBytes({ index, hashes, checkpoint: utf8(hash === 'sha256' ? note : noteSm3) });
  }

  /** From the checkpoint that lay in the capture process before the browser started to the newest: nothing was rewritten in between. */
  private async consistency(tx: EntityManager, row: PackageRow, newest: StoredCheckpoint): Promise<ContainerFile[]> {
    const old = row.beforeSize;
    if (old === null || old >= newest.size) return [];
    const ranges = consistencyRanges(old, newest.size);
    const hashes = hashesOf('sha256', ranges, await this.trees.reader(tx, newest.origin, 'sha256', ranges));
    return [{ path: 'proofs/consistency.txt', source: consistencyBytes([{ old, hashes, checkpoint: utf8(newest.note) }]) }];
  }
}
