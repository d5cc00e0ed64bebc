import type { FreshBrowser } from './fresh-browser';
import { processesOf, procText } from './proc';

const PAGE_BYTES = 4_096;

/** Looks at the resident memory of the job's account twice a second; tells once when it passes the limit. Answers how to stop looking. */
export function watchMemory(fresh: FreshBrowser, limit: number, told: () => void): () => void {
  if (fresh.isolation.uid === process.getuid?.()) return () => undefined;
  const timer = setInterval(() => {
    if (residentBytes(fresh.isolation.uid) <= limit) return;
    clearInterval(timer);
    told();
  }, 500);
  timer.unref();
  return () => clearInterval(timer);
}

/** Private memory only: what processes share is counted with none of them. */
export function residentBytes(uid: number): number {
  return processesOf(uid).reduce((sum, pid) => {
    const [, resident = '0', shared = '0'] = procText(`/proc/${pid}/statm`).split(' ');
    return sum + (Number(resident) - Number(shared)) * PAGE_BYTES;
  }, 0);
}
