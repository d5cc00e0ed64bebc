/** One encoded picture of a film. */
export interface FilmFrame {
  /** From the beginning of the film. */
  ms: number;
  key: boolean;
  /** A VP9 frame. */
  bytes: Uint8Array;
}

export interface FilmFacts {
  width: number;
  height: number;
  durationMs: number;
  recordedAt: Date;
  software: string;
}

/** A cluster counts its times in 16 bits. */
const CLUSTER_MS = 30_000;
/** Matroska counts dates in nanoseconds from here. */
const EPOCH_2001 = Date.UTC(2001, 0, 1);

const ID = {
  ebml: 0x1a45dfa3,
  segment: 0x18538067,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  cluster: 0x1f43b675,
  cues: 0x1c53bb6b,
} as const;

/**
 * WebM (RFC 9559, profile `webm`) with one VP9 track, whole in memory, each cluster beginning with a key frame, so that a player can seek.
 * Refuses a film without frames or with a first frame that stands on nothing.
 */
export function webmOf(frames: readonly FilmFrame[], facts: FilmFacts): Buffer {
  if (!frames[0]?.key) throw new TypeError('a film begins with a key frame');
  const head = element(ID.ebml, [
    number(0x4286, 1),
    number(0x42f7, 1),
    number(0x42f2, 4),
    number(0x42f3, 8),
    text(0x4282, 'webm'),
    number(0x4287, 4),
    number(0x4285, 2),
  ]);
  const info = element(ID.info, [
    number(0x2ad7b1, 1_000_000),
    float(0x4489, facts.durationMs),
    date(0x4461, facts.recordedAt),
    text(0x4d80, facts.software),
    text(0x5741, facts.software),
  ]);
  const video = element(0xe0, [number(0xb0, facts.width), number(0xba, facts.height)]);
  const track = [number(0xd7, 1), number(0x73c5, 1), number(0x83, 1), number(0x9c, 0), text(0x86, 'V_VP9'), video];
  const tracks = element(ID.tracks, [element(0xae, track)]);
  const clusters = clustersOf(frames, facts.durationMs);
  let at = info.length + tracks.length;
  const cues = clusters.map(({ ms, bytes }) => {
    const point = element(0xbb, [number(0xb3, ms), element(0xb7, [number(0xf7, 1), number(0xf1, at)])]);
    at += bytes.length;
    return point;
  });
  return Buffer.concat([
    head,
    element(ID.segment, [info, tracks, ...clusters.map(({ bytes }) => bytes), element(ID.cues, cues)]),
  ]);
}

function clustersOf(frames: readonly FilmFrame[], end: number): { ms: number; bytes: Buffer }[] {
  const groups: FilmFrame[][] = [];
  for (const frame of frames) {
    const open = groups.at(-1);
    if (!open || (frame.key && frame.ms > (open[0]?.ms ?? 0)) || frame.ms - (open[0]?.ms ?? 0) > CLUSTER_MS) groups.push([frame]);
    else open.push(frame);
  }
  return groups.map((group, n) => {
    const ms = group[0]?.ms ?? 0;
    const blocks = group.map((frame, at) => {
      const last = n === groups.length - 1 && at === group.length - 1;
      return last ? lastBlock(frame, ms, end) : element(0xa3, [block(frame, ms, frame.key ? 0x80 : 0)]);
    });
    return { ms, bytes: element(ID.cluster, [number(0xe7, ms), ...blocks]) };
  });
}

/** Only a block group can say how long its picture stands. A reference marks a picture that is no key frame. */
function lastBlock(frame: FilmFrame, from: number, end: number): Buffer {
  const parts = [element(0xa1, [block(frame, from, 0)]), number(0x9b, Math.max(1, Math.round(end - frame.ms)))];
  return element(0xa0, frame.key ? parts : [...parts, element(0xfb, [Buffer.from([0xff])])]);
}

function block({ ms, bytes }: FilmFrame, from: number, flags: number): Buffer {
  const head = Buffer.from([0x81, 0, 0, flags]);
  head.writeInt16BE(ms - from, 1);
  return Buffer.concat([head, bytes]);
}

function element(id: number, parts: readonly Buffer[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([idBytes(id), sizeBytes(size), ...parts]);
}

function idBytes(id: number): Buffer {
  return Buffer.from(id.toString(16), 'hex');
}

/** Eight bytes, always: a length that needs no search for its own length. */
function sizeBytes(size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE((1n << 56n) | BigInt(size));
  return bytes;
}

function number(id: number, value: number): Buffer {
  const hex = Math.round(value).toString(16);
  return element(id, [Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')]);
}

function float(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, [bytes]);
}

function date(id: number, value: Date): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value.getTime() - EPOCH_2001) * 1_000_000n);
  return element(id, [bytes]);
}

function text(id: number, value: string): Buffer {
  return element(id, [Buffer.from(value, 'utf8')]);
}
