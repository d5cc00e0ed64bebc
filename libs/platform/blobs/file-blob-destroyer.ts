import { link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failpoint } from '../faults/failpoint';
import { BlobDestroyer, type Destroyed } from './blob-destroyer';
import { codeOf, placesIn } from './file-blob-store';
import { syncPath } from './stage-blob';

const DAY_MS = 86_400_000;

/**
 * Destroys blobs of a `FileBlobStore`. The file is renamed away first, so that no put can find it any more, and only then its time
 * and its references are looked at once more: a put that came before renewed the time, one that comes later links its own bytes. What
 * was put within the last day is left alone, since the row that will name it may not be committed yet. Times are the machine's own, as
 * those of files are.
 */
export class FileBlobDestroyer extends BlobDestroyer {
  constructor(
    private readonly root: string,
    private readonly restMs = DAY_MS,
  ) {
    super();
  }

  async destroy(sha256: string, isFree: () => Promise<boolean>): Promise<Destroyed> {
    const { path, away } = placesIn(this.root, sha256);
    const named = await timeOf(path);
    const left = await timeOf(away);
    if (!named && !left) return { outcome: 'absent' };
    if (named) {
      // A destruction that a crash left half-done, and the same bytes put again since: what lies under the name is the blob.
      if (left) await rm(away, { force: true });
      const young = this.restOf(named);
      if (young) return { outcome: 'waits', because: 'recentlyPut', until: young };
      await mkdir(dirname(away), { recursive: true });
      await rename(path, away);
      failpoint('destroy.renamed');
      await syncPath(dirname(path));
      await syncPath(dirname(away));
    }
    const young = this.restOf((await timeOf(away))!);
    if (young || !(await isFree())) {
      await this.putBack(path, away);
      return young ? { outcome: 'waits', because: 'recentlyPut', until: young } : { outcome: 'taken' };
    }
    await rm(away);
    failpoint('destroy.removed');
    await syncPath(dirname(away));
    return { outcome: 'destroyed', versions: [] };
  }

  /** When the file will have been at rest for long enough; null when it has. */
  private restOf(putAt: Date): Date | null {
    const until = putAt.getTime() + this.restMs;
    return until > Date.now() ? new Date(until) : null;
  }

  /** Under its name again, unless somebody gave the name to the same bytes meanwhile. */
  private async putBack(path: string, away: string): Promise<void> {
    try {
      await link(away, path);
    } catch (fault) {
      if (codeOf(fault) !== 'EEXIST') throw fault;
    }
    await syncPath(dirname(path));
    await rm(away, { force: true });
  }
}

async function timeOf(path: string): Promise<Date | null> {
  try {
    return (await stat(path)).mtime;
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return null;
    throw fault;
  }
}
