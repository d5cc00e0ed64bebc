/** What a file is by its first bytes, and the ending its stored copy gets; the sender's word and the name's ending count for nothing. */
export interface MediaKind {
  mediaType: string;
  ending: string;
}

const UNKNOWN: MediaKind = { mediaType: 'application/octet-stream', ending: 'bin' };
const at = (offset: number, ...bytes: (number | string)[]) => ({
  offset,
  bytes: Buffer.concat(bytes.map((b) => (typeof b === 'string' ? Buffer.from(b, 'latin1') : Buffer.from([b])))),
});

const MAGIC: [MediaKind, ReturnType<typeof at>[]][] = [
  [{ mediaType: 'application/pdf', ending: 'pdf' }, [at(0, '%PDF-')]],
  [{ mediaType: 'image/png', ending: 'png' }, [at(0, 0x89, 'PNG\r\n', 0x1a, '\n')]],
  [{ mediaType: 'image/jpeg', ending: 'jpg' }, [at(0, 0xff, 0xd8, 0xff)]],
  [{ mediaType: 'image/gif', ending: 'gif' }, [at(0, 'GIF8')]],
  [{ mediaType: 'image/webp', ending: 'webp' }, [at(0, 'RIFF'), at(8, 'WEBP')]],
  [{ mediaType: 'image/tiff', ending: 'tif' }, [at(0, 'II*', 0)]],
  [{ mediaType: 'image/tiff', ending: 'tif' }, [at(0, 'MM', 0, '*')]],
  [{ mediaType: 'audio/wav', ending: 'wav' }, [at(0, 'RIFF'), at(8, 'WAVE')]],
  [{ mediaType: 'audio/mpeg', ending: 'mp3' }, [at(0, 'ID3')]],
  [{ mediaType: 'video/mp4', ending: 'mp4' }, [at(4, 'ftyp')]],
  [{ mediaType: 'video/webm', ending: 'webm' }, [at(0, 0x1a, 0x45, 0xdf, 0xa3)]],
  [{ mediaType: 'application/zip', ending: 'zip' }, [at(0, 'PK', 3, 4)]],
  [{ mediaType: 'application/gzip', ending: 'gz' }, [at(0, 0x1f, 0x8b)]],
  [{ mediaType: 'application/x-7z-compressed', ending: '7z' }, [at(0, '7z', 0xbc, 0xaf, 0x27, 0x1c)]],
  [{ mediaType: 'application/vnd.rar', ending: 'rar' }, [at(0, 'Rar!', 0x1a, 0x07)]],
  [{ mediaType: 'application/x-cfb', ending: 'cfb' }, [at(0, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)]],
];

const ENDINGS = new Map([
  ...MAGIC.map(([{ mediaType, ending }]) => [mediaType, ending] as const),
  ['text/plain', 'txt'] as const,
]);

/** The ending of a stored copy of that type. */
export const endingOf = (mediaType: string): string => ENDINGS.get(mediaType) ?? UNKNOWN.ending;

/** How much of a file has to be seen to say what it is. */
export const HEAD_BYTES = 4096;

/** `head` is the beginning of the file, at most `HEAD_BYTES`; `whole` says whether that is all of it. */
export function mediaKindOf(head: Buffer, whole: boolean): MediaKind {
  const known = MAGIC.find(([, marks]) =>
    marks.every(({ offset, bytes }) => head.subarray(offset, offset + bytes.length).equals(bytes)),
  );
  if (known) return known[0];
  return isText(head, whole) ? { mediaType: 'text/plain', ending: 'txt' } : UNKNOWN;
}

/** UTF-8 without control characters; the last character may be cut where the head ends. */
function isText(head: Buffer, whole: boolean): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !whole });
    // eslint-disable-next-line no-control-regex
    return text.length > 0 && !/[\u0000-\u0008\u000e-\u001f\u007f]/.test(text);
  } catch {
    return false;
  }
}

/**
 * The name under which a person sent a file, made fit to be kept and shown: no control or direction characters, at most 200
 * characters, or null. It is never a path of ours: stored files are called `001.pdf` and so on.
 */
export function fileNameOf(name: string): string | null {
  const fit = name.normalize('NFC').trim();
  // eslint-disable-next-line no-control-regex
  if (!fit || fit.length > 200 || /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(fit)) return null;
  return fit.isWellFormed() ? fit : null;
}
