import {
  blobSource,
  type ByteSource,
  defaultLevel,
  parseTrustBundle,
  verifyPackage,
  verifyWire,
} from '../../../../libs/proof/browser';
import type { Question, Said } from './question';

const tell = (said: Said): void => (globalThis as unknown as { postMessage(said: Said): void }).postMessage(said);

/** Answers one question. The policy that comes with the script lets a worker reach nobody. */
export function startWorker(): void {
  addEventListener('message', ({ data }: MessageEvent<Question>) => {
    answer(data).then(tell, (fault: unknown) =>
      tell({
        kind: 'fault',
        message: fault instanceof Error ? fault.message : String(fault),
        ...(fault instanceof DOMException && { isUnreadable: true }),
      }),
    );
  });
}

async function answer({ file, trust, level, checkpoints, wire, at }: Question): Promise<Said> {
  const bundle = parseTrustBundle(trust);
  const report = await verifyPackage({ form: 'file', source: told(file) }, bundle, {
    at,
    level: level ?? defaultLevel(bundle),
    checkpoints,
    ...(wire && { wire: verifyWire }),
  });
  return { kind: 'report', report };
}

/** The file, telling how much of it has been read. The first step reads all of it once, which is most of the work. */
function told(file: File): ByteSource {
  const source = blobSource(file);
  let furthest = 0;
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = await source.read(offset, length);
    const percent = (upTo: number) => Math.floor((100 * upTo) / Math.max(1, source.size));
    const before = percent(furthest);
    furthest = Math.max(furthest, offset + length);
    if (percent(furthest) > before) tell({ kind: 'read', percent: percent(furthest) });
    return bytes;
  };
  return { size: source.size, read };
}
