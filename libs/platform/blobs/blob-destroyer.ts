/** What became of one blob. */
export type Destroyed =
  /** No byte of it is left; `versions` are those of an object store that were removed, each by its own id. */
  | { outcome: 'destroyed'; versions: string[] }
  /** There was nothing to destroy. */
  | { outcome: 'absent' }
  /** Somebody refers to it: it stays. */
  | { outcome: 'taken' }
  /** It cannot go before `until`: it was put again a short while ago, or the store locks it. `null`: nobody knows how long. */
  | { outcome: 'waits'; because: 'recentlyPut' | 'locked' | 'legalHold'; until: Date | null };

/**
 * The other half of a blob store, which the store itself does not have: removing bytes for good. Only the process that carries out
 * disposal orders gets one (evidence specification, section 10).
 */
export abstract class BlobDestroyer {
  /**
   * Removes the bytes unless `isFree` says that somebody refers to them. `isFree` is asked when no put can find the blob any more, or
   * while its lock has run out; the answer must see what was committed until then. Safe to repeat after a crash at any point.
   */
  abstract destroy(sha256: string, isFree: () => Promise<boolean>): Promise<Destroyed>;
}

/** Who destroys blobs in the store and on the second medium; `replica` is null where none is configured. */
export class BlobDestroyers {
  constructor(
    readonly store: BlobDestroyer,
    readonly replica: BlobDestroyer | null,
  ) {}
}
