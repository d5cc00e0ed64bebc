import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const TOOLS = join(__dirname, '../../.data/tools');

/** Where `scripts/replay-web-page.mjs` has put the player, or null. */
export function replayWebPage(): string | null {
  const name = existsSync(TOOLS) ? readdirSync(TOOLS).find((each) => /^replaywebpage-[\d.]+$/.test(each)) : undefined;
  return name ? join(TOOLS, name) : null;
}

/** ReplayWeb.page on an address of this machine, playing one page of one archive. */
export class Player {
  private constructor(
    private readonly server: Server,
    /** Open it in a browser. */
    readonly address: string,
  ) {}

  static async of(tool: string, wacz: Uint8Array, url: string): Promise<Player> {
    const page = `<!doctype html><meta charset="utf-8"><script src="/ui.js"></script><body style="margin:0">
      <replay-web-page source="/capture.wacz" url="${url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" embed="replayonly" style="display:block;height:100vh"></replay-web-page>`;
    const files: Record<string, [type: string, bytes: Buffer]> = {
      '/': ['text/html; charset=utf-8', Buffer.from(page)],
      '/ui.js': ['text/javascript', readFileSync(join(tool, 'ui.js'))],
      '/replay/sw.js': ['text/javascript', readFileSync(join(tool, 'sw.js'))],
      '/capture.wacz': ['application/wacz', Buffer.from(wacz)],
    };
    const server = createServer((request, response) => answer(files, request, response));
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    return new Player(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** The player reads the archive piece by piece: ranges are what it asks for. */
function answer(files: Record<string, [string, Buffer]>, request: IncomingMessage, response: ServerResponse): void {
  const file = files[new URL(request.url!, 'http://localhost').pathname];
  if (!file) return void response.writeHead(404).end();
  const [type, bytes] = file;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = Number(range?.[1] ?? 0);
  const piece = bytes.subarray(from, range?.[2] ? Number(range[2]) + 1 : undefined);
  response.writeHead(range ? 206 : 200, {
    'content-type': type,
    'content-length': piece.length,
    'accept-ranges': 'bytes',
    ...(range && { 'content-range': `bytes ${from}-${from + piece.length - 1}/${bytes.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : piece);
}
