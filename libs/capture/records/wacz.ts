import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** WACZ 1.1.1 around one WARC: stored ZIP, no time of day in it, so equal input gives equal bytes. */
export function waczBytes(input: {
  warc: readonly Buffer[];
  cdxj: string;
  pages: WaczPage[];
  title: string;
  software: string;
  created: Date;
}): Buffer[] {
  const pages = [
    JSON.stringify({ format: 'json-pages-1.0', id: 'pages', title: 'Pages' }),
    ...input.pages.map(({ id, url, title, at }) => JSON.stringify({ id, url, title, ts: at.toISOString() })),
  ];
  const files: [string, readonly Buffer[]][] = [
    ['archive/data.warc.gz', input.warc],
    ['indexes/index.cdxj', [Buffer.from(input.cdxj, 'utf8')]],
    ['pages/pages.jsonl', [Buffer.from(`${pages.join('\n')}\n`, 'utf8')]],
  ];
  const resources = files.map(([path, parts]) => ({
    name: path.split('/').at(-1),
    path,
    hash: `sha256:${sha256(parts)}`,
    bytes: sizeOf(parts),
  }));
  const datapackage = Buffer.from(
    JSON.stringify(
      {
        profile: 'data-package',
        wacz_version: '1.1.1',
        title: input.title,
        software: input.software,
        created: input.created.toISOString(),
        mainPageUrl: input.pages[0]?.url,
        mainPageDate: input.pages[0]?.at.toISOString(),
        resources,
      },
      null,
      2,
    ),
    'utf8',
  );
  const digest = Buffer.from(JSON.stringify({ path: 'datapackage.json', hash: `sha256:${sha256([datapackage])}` }), 'utf8');
  return zipParts([...files, ['datapackage.json', [datapackage]], ['datapackage-digest.json', [digest]]]);
}

export interface WaczPage {
  id: string;
  url: string;
  title: string;
  at: Date;
}

function sha256(parts: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function sizeOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

// 1 January 1980, the earliest day a ZIP can say; the real times are inside.
const DAY = 0x0021;

function zipParts(files: [string, readonly Buffer[]][]): Buffer[] {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const path = Buffer.from(name, 'utf8');
    const crc = content.reduce((sum, part) => crc32(part, sum), 0);
    const length = sizeOf(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    common(local, 4, crc, length, path.length);
    parts.push(local, path, ...content);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    common(central, 6, crc, length, path.length);
    central.writeUInt32LE(offset, 42);
    directory.push(central, path);
    offset += local.length + path.length + length;
  }
  const size = sizeOf(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return [...parts, ...directory, end];
}

function common(header: Buffer, at: number, crc: number, size: number, nameLength: number): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(0x0800, at + 2);
  header.writeUInt16LE(DAY, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(nameLength, at + 22);
}
