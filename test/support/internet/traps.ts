import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';

const page = (script: string, body = '') =>
  `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>陷阱</title><body><h1>陷阱</h1>${body}<script>${script}</script></body></html>`;

/** Pages that do what a capture must survive, under trap.test/<name>. */
const PAGES: Record<string, string> = {
  '/never-idle': page('setInterval(() => fetch("/ping?" + Math.random()), 150)'),
  '/alerts': page('setInterval(() => alert("最后一天"), 100)'),
  '/popups': page('setInterval(() => window.open("/popups"), 200)'),
  '/endless': page(
    'setInterval(() => { for (let i = 0; i < 50; i++) document.body.append(Object.assign(document.createElement("p"), { textContent: "更多商品 ".repeat(200) })); }, 50)',
  ),
  '/busy': page('setTimeout(() => { for (;;); }, 200)'),
  '/download': page('location.href = "/file.exe"'),
  '/private-frame': page(
    '',
    '<iframe src="http://169.254.169.254/latest/meta-data/"></iframe><img src="http://127.0.0.1:22/"><img src="http://[::1]/x.png">',
  ),
};

const REDIRECTS: Record<string, string> = {
  '/to-loopback': 'http://127.0.0.1:22/',
  '/to-metadata': 'http://169.254.169.254/latest/meta-data/',
  '/to-decimal': 'http://2130706433/',
  '/to-file': 'file:///etc/passwd',
  '/loop': 'http://trap.test/loop',
};

/** Answers the request and true, or false when there is no such trap. */
export function spring(path: string, _request: IncomingMessage, response: ServerResponse): boolean {
  const found = PAGES[path];
  if (found) response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(found);
  else if (REDIRECTS[path]) response.writeHead(302, { location: REDIRECTS[path] }).end();
  else if (path === '/ping') response.writeHead(204).end();
  else if (path === '/file.exe')
    response
      .writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="setup.exe"' })
      .end(Buffer.alloc(4096));
  else if (path === '/bomb') bomb(response);
  else if (path === '/never-ends') drip(response);
  else return false;
  return true;
}

/** 1.2 GB of zeros in about 1.2 MB of gzip. */
function bomb(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' });
  const gzip = createGzip({ level: 9 });
  gzip.pipe(response);
  const block = Buffer.alloc(1 << 20, '0');
  let left = 1200;
  const more = () => {
    while (left-- > 0) if (!gzip.write(block)) return void gzip.once('drain', more);
    gzip.end();
  };
  response.on('close', () => {
    left = 0;
    gzip.destroy();
  });
  gzip.on('error', () => undefined);
  more();
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.write('<!doctype html><title>慢</title>');
  const timer = setInterval(() => response.write('<p>…</p>'), 500);
  response.on('close', () => clearInterval(timer));
}
