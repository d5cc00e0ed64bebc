import { gunzipMember, Room } from '../primitives';
import type { ByteSource } from '../source';
import { parseWarcRecord, type WarcRecord } from './warc-record';

/** A line of `record/warc-index.jsonl`. */
export interface WarcMember {
  offset: number;
  length: number;
  type: string;
  id: string;
}

export type WalkFault = { code: 'WARC_TILING' | 'WARC_COUNT' | 'WARC_DIGEST'; line: number; detail: string };

/** What remains of a record when its payload is let go: a package may be larger than memory. */
export type WalkedRecord = Omit<WarcRecord, 'payload' | 'headers' | 'wrong'> & WarcMember;

/** A body of 50 MiB and its headers, with room. */
const RECORD_LIMIT = 64 * 1024 * 1024;
/** What all members may unpack to: more than any capture may hold (200 MiB), and a text that packs well; never the thousandfold of a bomb. */
const BUDGET = 320 * 1024 * 1024;
const BUDGET_PER_BYTE = 32;
/** No gzip member unpacks to more than this many times its length; what one that failed may have cost. */
const BOMB = 1_032;

/** Opens member after member: they tile the file without gap, and each holds exactly the one record that the index names. */
export async function walkWarc(
  warc: ByteSource,
  members: readonly WarcMember[],
): Promise<{ records: WalkedRecord[]; faults: WalkFault[] }> {
  const records: WalkedRecord[] = [];
  const faults: WalkFault[] = [];
  let end = 0;
  const room = new Room();
  let budget = BUDGET + BUDGET_PER_BYTE * warc.size;
  for (const [i, member] of members.entries()) {
    const fault = (code: WalkFault['code'], detail: string) => faults.push({ code, line: i + 1, detail });
    if (member.offset !== end || member.length < 1 || member.offset + member.length > warc.size) {
      fault('WARC_TILING', `member ${member.offset}+${member.length}, expected at ${end} of ${warc.size}`);
      return { records, faults };
    }
    end = member.offset + member.length;
    const bytes = await unpack(warc, member, Math.min(RECORD_LIMIT, budget), room, fault);
    budget -= bytes?.length ?? Math.min(RECORD_LIMIT, budget, BOMB * member.length);
    if (bytes) readRecord(bytes, member, fault, records);
  }
  if (end !== warc.size)
    faults.push({ code: 'WARC_TILING', line: members.length, detail: `${warc.size - end} bytes after the last member` });
  if (records[0] && records[0].type !== 'warcinfo') faults.push({ code: 'WARC_COUNT', line: 1, detail: 'warcinfo is not first' });
  return { records, faults };
}

type Say = (code: WalkFault['code'], detail: string) => void;

async function unpack(
  warc: ByteSource,
  { offset, length }: WarcMember,
  limit: number,
  room: Room,
  fault: Say,
): Promise<Uint8Array | null> {
  try {
    return await gunzipMember(await warc.read(offset, length), limit, room);
  } catch {
    // The words of the packer differ between platforms; the reason does not.
    fault('WARC_TILING', 'not one gzip member');
    return null;
  }
}

function readRecord(bytes: Uint8Array, member: WarcMember, fault: Say, records: WalkedRecord[]): void {
  let record: WarcRecord;
  try {
    record = parseWarcRecord(bytes);
  } catch (error) {
    return fault('WARC_COUNT', (error as Error).message);
  }
  if (record.type !== member.type || record.id !== member.id) fault('WARC_COUNT', `is ${record.type} ${record.id}`);
  for (const part of record.wrong) fault('WARC_DIGEST', `${part} of ${record.id}`);
  const { payload: _payload, headers: _headers, wrong: _wrong, ...rest } = record;
  records.push({ ...rest, offset: member.offset, length: member.length });
}
