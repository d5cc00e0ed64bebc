import { textOf } from '../bytes';
import { partOf, type ByteSource } from '../source';
import {
  centralHeader,
  END64_SIZE,
  endRecords,
  END_SIZE,
  FULL,
  localHeader,
  LOCATOR64_SIZE,
  SIGNATURE,
  type Entry,
} from './layout';
import { compareEntries, ENTRY_LIMIT, faultOfPaths } from './paths';

/** What the container itself does wrong. `entry` is a path, `central directory` or `end record`; `offset` counts from the start of the file. */
export interface ContainerFault {
  code: 'CONTAINER_MALFORMED' | 'CONTAINER_NOT_CANONICAL' | 'LIMIT';
  entry: string;
  offset: number;
  detail: string;
}

export interface ContainerEntry extends Entry {
  source: ByteSource;
}

/** Entries are what could be read in spite of faults; none when an entry is compressed or cut, as then nothing can be said about files. */
export interface Container {
  entries: ContainerEntry[];
  faults: ContainerFault[];
}

/** An entry as the central directory lists it. */
export interface Listed extends Entry {
  offset: number;
  method: number;
  /** Its header in the central directory: where, and the bytes. */
  at: number;
  header: Uint8Array;
}

const DIRECTORY_LIMIT = ENTRY_LIMIT * (46 + 200 + 28);

/**
 * Reads what the central directory lists, then builds the headers that the canonical form demands and compares bytes:
 * whatever is before, between, after, doubled, hidden, or written another way shows as a difference.
 */
export async function readContainer(source: ByteSource): Promise<Container> {
  const faults: ContainerFault[] = [];
  let listed: Listed[];
  try {
    listed = await readDirectory(source, faults);
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error;
    return { entries: [], faults: [error.fault] };
  }
  return { entries: await readEntries(source, listed, faults), faults };
}

/** What the central directory lists, whatever its form. Throws when there is none. */
export function listEntries(source: ByteSource): Promise<Listed[]> {
  return readDirectory(source, []);
}

class ContainerError extends Error {
  constructor(readonly fault: ContainerFault) {
    super(fault.detail);
  }
}

function refuse(code: ContainerFault['code'], entry: string, offset: number, detail: string): never {
  throw new ContainerError({ code, entry, offset, detail });
}

async function readDirectory(source: ByteSource, faults: ContainerFault[]): Promise<Listed[]> {
  const { offset, size, count, endAt } = await readEnd(source);
  if (count > ENTRY_LIMIT || size > DIRECTORY_LIMIT) refuse('LIMIT', 'central directory', offset, `${count} entries`);
  if (offset + size > endAt) refuse('CONTAINER_MALFORMED', 'end record', endAt, 'central directory lies outside');
  const bytes = await source.read(offset, size);
  const listed = parseDirectory(bytes, offset, count);
  const end = endRecords(listed.length, size, offset);
  if (offset + size + end.length !== source.size) {
    faults.push({ code: 'CONTAINER_NOT_CANONICAL', entry: 'end record', offset: offset + size, detail: 'size of the container' });
  } else {
    const at = firstDifference(await source.read(offset + size, end.length), end);
    if (at >= 0)
      faults.push({ code: 'CONTAINER_NOT_CANONICAL', entry: 'end record', offset: offset + size + at, detail: 'field' });
  }
  return listed;
}

async function readEnd(source: ByteSource): Promise<{ offset: number; size: number; count: number; endAt: number }> {
  if (source.size < END_SIZE) refuse('CONTAINER_MALFORMED', 'end record', 0, 'too short for a container');
  const endAt = source.size - END_SIZE;
  const end = view(await source.read(endAt, END_SIZE));
  if (end.getUint32(0, true) !== SIGNATURE.end)
    refuse('CONTAINER_MALFORMED', 'end record', endAt, 'no end record in the last 22 bytes');
  const plain = { size: end.getUint32(12, true), offset: end.getUint32(16, true), count: end.getUint16(10, true), endAt };
  if (plain.offset !== FULL) return plain;
  const at = endAt - LOCATOR64_SIZE - END64_SIZE;
  if (at < 0) refuse('CONTAINER_MALFORMED', 'end record', endAt, 'no ZIP64 end record');
  const end64 = view(await source.read(at, END64_SIZE));
  if (end64.getUint32(0, true) !== SIGNATURE.end64) refuse('CONTAINER_MALFORMED', 'end record', at, 'no ZIP64 end record');
  return { ...plain, offset: wide(end64, 48), endAt: at };
}

function parseDirectory(bytes: Uint8Array, base: number, count: number): Listed[] {
  const listed: Listed[] = [];
  let at = 0;
  while (at < bytes.length) {
    const head = view(bytes.subarray(at));
    if (head.byteLength < 46 || head.getUint32(0, true) !== SIGNATURE.central) {
      refuse('CONTAINER_MALFORMED', 'central directory', base + at, 'no entry here');
    }
    const [nameLength, extraLength, commentLength] = [
      head.getUint16(28, true),
      head.getUint16(30, true),
      head.getUint16(32, true),
    ];
    const length = 46 + nameLength + extraLength + commentLength;
    if (length > head.byteLength) refuse('CONTAINER_MALFORMED', 'central directory', base + at, 'entry is cut');
    const path = pathOf(bytes.subarray(at + 46, at + 46 + nameLength), base + at);
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const sizes = sizesOf(head, extra, path, base + at);
    const header = bytes.subarray(at, at + length);
    listed.push({ path, method: head.getUint16(10, true), crc32: head.getUint32(16, true), at: base + at, header, ...sizes });
    if (listed.length > ENTRY_LIMIT) refuse('LIMIT', 'central directory', base + at, `more than ${ENTRY_LIMIT} entries`);
    at += length;
  }
  if (listed.length !== count)
    refuse('CONTAINER_MALFORMED', 'end record', base + bytes.length, `says ${count} entries, ${listed.length} are listed`);
  return listed;
}

function sizesOf(head: DataView, extra: Uint8Array, path: string, at: number): { size: number; offset: number } {
  const [packed, size, offset] = [head.getUint32(20, true), head.getUint32(24, true), head.getUint32(42, true)];
  if (size !== FULL && offset !== FULL) return { size: packed, offset };
  const needed = (size === FULL ? 2 : 0) + (offset === FULL ? 1 : 0);
  const fields = view(extra);
  if (extra.length !== 4 + 8 * needed || fields.getUint16(0, true) !== 1) refuse('CONTAINER_MALFORMED', path, at, 'ZIP64 field');
  return { size: size === FULL ? wide(fields, 4) : size, offset: offset === FULL ? wide(fields, 4 + 8 * (needed - 1)) : offset };
}

async function readEntries(source: ByteSource, listed: Listed[], faults: ContainerFault[]): Promise<ContainerEntry[]> {
  const entries: ContainerEntry[] = [];
  const order = faultOfPaths(listed.map((entry) => entry.path));
  if (order)
    faults.push({ code: 'CONTAINER_NOT_CANONICAL', entry: order.path, offset: atOf(listed, order.path), detail: order.fault });
  let offset = 0;
  for (const entry of listed) {
    const fault = (detail: string, at: number) =>
      faults.push({ code: 'CONTAINER_NOT_CANONICAL', entry: entry.path, offset: at, detail });
    const centralAt = firstDifference(entry.header, centralHeader(entry, offset));
    if (centralAt >= 0) fault('field of the central directory', entry.at + centralAt);
    if (entry.method !== 0) {
      fault('compressed', entry.at);
      return [];
    }
    const header = localHeader(entry);
    const localAt = firstDifference(await readUpTo(source, offset, header.length), header);
    if (localAt >= 0) fault('field of the local header', offset + localAt);
    if (offset + header.length + entry.size > source.size) {
      fault('lies outside of the container', entry.at);
      return [];
    }
    entries.push({ ...entry, source: partOf(source, offset + header.length, entry.size) });
    offset += header.length + entry.size;
  }
  const directoryAt = listed[0]?.at ?? 0;
  if (offset !== directoryAt) {
    faults.push({
      code: 'CONTAINER_NOT_CANONICAL',
      entry: 'central directory',
      offset,
      detail: 'does not begin where the last entry ends',
    });
  }
  return uniqueInOrder(entries);
}

/** A second entry of the same name is not reachable: its presence is already a fault. */
function uniqueInOrder(entries: ContainerEntry[]): ContainerEntry[] {
  const byPath = new Map<string, ContainerEntry>();
  for (const entry of entries) if (!byPath.has(entry.path)) byPath.set(entry.path, entry);
  return [...byPath.values()].sort((a, b) => compareEntries(a.path, b.path));
}

function pathOf(bytes: Uint8Array, at: number): string {
  try {
    return textOf(bytes);
  } catch {
    return refuse('CONTAINER_MALFORMED', 'central directory', at, 'path is not UTF-8');
  }
}

function atOf(listed: Listed[], path: string): number {
  return listed.findLast((entry) => entry.path === path)?.at ?? 0;
}

function wide(fields: DataView, at: number): number {
  const value = fields.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse('CONTAINER_MALFORMED', 'end record', 0, '64-bit field');
  return Number(value);
}

async function readUpTo(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  return source.read(Math.min(offset, source.size), Math.max(0, Math.min(length, source.size - offset)));
}

function firstDifference(found: Uint8Array, expected: Uint8Array): number {
  const at = expected.findIndex((byte, i) => found[i] !== byte);
  return at >= 0 ? at : found.length > expected.length ? expected.length : -1;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
