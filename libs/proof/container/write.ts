import { Malformed } from '../bytes';
import { DigestSink, type Digests } from '../digests';
import { bytesSource, chunksOf, type ByteSource } from '../source';
import { centralHeader, endRecords, localHeader, type Entry } from './layout';
import { compareEntries, faultOfPaths } from './paths';

export interface ContainerFile {
  path: string;
  source: ByteSource | Uint8Array;
}

/** A file with what has to be known about it before it can be sealed and written. */
export interface SurveyedFile extends Entry, Digests {
  source: ByteSource;
}

/** Reads each file once. The result is in container order. */
export async function surveyFiles(files: readonly ContainerFile[]): Promise<SurveyedFile[]> {
  const surveyed: SurveyedFile[] = [];
  for (const { path, source: given } of files) {
    const source = given instanceof Uint8Array ? bytesSource(given) : given;
    const sink = new DigestSink();
    for await (const chunk of chunksOf(source)) sink.update(chunk);
    surveyed.push({ path, source, ...sink.result() });
  }
  return surveyed.sort((a, b) => compareEntries(a.path, b.path));
}

/**
 * Canonical ZIP (evidence-package.md section 4): the bytes are a function of paths and contents alone.
 * Each file is read once more while it is written; one that changed since the survey ends the writing with an error.
 */
export async function writeContainer(
  files: readonly (ContainerFile | SurveyedFile)[],
  out: (chunk: Uint8Array) => Promise<void> | void,
): Promise<{ size: number }> {
  const missing = files.filter((file) => !isSurveyed(file));
  const entries = [...files.filter(isSurveyed), ...(await surveyFiles(missing))].sort((a, b) => compareEntries(a.path, b.path));
  const fault = faultOfPaths(entries.map((entry) => entry.path));
  if (fault) throw new Malformed(`${fault.path}: ${fault.fault}`);
  const directory: Uint8Array[] = [];
  let offset = 0;
  const put = async (chunk: Uint8Array) => {
    await out(chunk);
    offset += chunk.length;
  };
  for (const entry of entries) {
    directory.push(centralHeader(entry, offset));
    await put(localHeader(entry));
    const sink = new DigestSink();
    for await (const chunk of chunksOf(entry.source)) {
      sink.update(chunk);
      await put(chunk);
    }
    if (sink.result().sha256 !== entry.sha256) throw new Malformed(`${entry.path}: changed while it was written`);
  }
  const directoryOffset = offset;
  for (const header of directory) await put(header);
  await put(endRecords(entries.length, offset - directoryOffset, directoryOffset));
  return { size: offset };
}

/** For packages small enough for memory: tests, golden files. */
export async function containerBytes(files: readonly (ContainerFile | SurveyedFile)[]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await writeContainer(files, (chunk) => void chunks.push(chunk));
  return new Uint8Array(Buffer.concat(chunks));
}

function isSurveyed(file: ContainerFile | SurveyedFile): file is SurveyedFile {
  return 'sha256' in file;
}
