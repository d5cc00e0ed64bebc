import { readFile } from 'node:fs/promises';
import { processesOf, type FreshBrowser } from './fresh-browser';

const PAGE_BYTES = 4_096;

/** Looks at the resident memory of the job's account twice a second; tells once when it passes the limit. Answers how to stop looking. */
export function watchMemory(fresh: FreshBrowser, limit: number, told: () => void): () => void {
  if (fresh.isolation.uid === process.getuid?.()) return () => undefined;
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void residentBytes(fresh.isolation.uid).then((bytes) => {
      busy = false;
      if (bytes <= limit) return;
      clearInterval(timer);
      told();
    });
  }, 500);
  timer.unref();
  return () => clearInterval(timer);
}

/** Private memory only: what processes share is counted with none of them. */
export async function residentBytes(uid: number): Promise<number> {
  const sizes = await Promise.all(
    (await processesOf(uid)).map(async (pid) => {
      const [, resident = '0', shared = '0'] = (await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '')).split(' ');
      return (Number(resident) - Number(shared)) * PAGE_BYTES;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
