import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureResult } from '../../capture/capture.contract';
import { syncPath } from '../../platform';

/** Staged files do not say what the manifest says of them, or another key signed it: trying again with the same files is no use. */
export class StagedUnfit extends Error {}

/**
 * What the capture process left for the worker: `<id>/` with the files, and beside it what it said of them, kept by the worker
 * before anything is fixed. With both, a worker that died in the middle is followed by one that goes on, not one that begins again.
 */
export class StagingArea {
  constructor(private readonly root: string) {}

  async kept(packageId: string): Promise<CaptureResult | null> {
    try {
      const result = JSON.parse(await readFile(this.resultFile(packageId), 'utf8')) as CaptureResult;
      return result.packageId === packageId ? result : null;
    } catch {
      return null; // never written, or cut off while it was: the page is captured again
    }
  }

  async keep(result: CaptureResult): Promise<void> {
    const file = await open(this.resultFile(result.packageId), 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(result));
      await file.sync();
    } finally {
      await file.close();
    }
    await syncPath(this.root);
  }

  async discard(packageId: string): Promise<void> {
    // The result first: without it the files beside it mean nothing.
    await rm(this.resultFile(packageId), { force: true });
    await rm(join(this.root, packageId), { recursive: true, force: true });
  }

  private resultFile(packageId: string): string {
    return join(this.root, `${packageId}.result.json`);
  }
}
