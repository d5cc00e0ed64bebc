import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { answer, html, redirect, text, type Handler } from './fixture-site';

const BILLION = 1_200_000_000;

/** 1.2 GB of zeros, about 1.2 MB on the wire. */
const bomb: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' });
  const zeros = Buffer.alloc(1_000_000, 0x20);
  let sent = 0;
  const source = new Readable({ read: () => void source.push((sent += zeros.length) > BILLION ? null : zeros) });
  source.pipe(createGzip({ level: 9 })).pipe(response);
};

const endless: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'image/png' });
  createReadStream('/dev/zero').pipe(response);
};

/** Pages that do what a page may do to whoever captures it (evidence specification, F23 to F26). */
export const hostilePages: Record<string, Handler> = {
  '/plain': html('<title>平常</title><p>平常的页面</p>'),
  '/inside': redirect('http://169.254.169.254/latest/meta-data/'),
  '/numbers': redirect('http://0x7f.1:8081/'),
  '/chain': redirect('/chain2'),
  '/chain2': redirect('http://[::ffff:10.0.0.1]/'),
  '/script-leaves': html('<p>x</p><script>location.href = "http://192.168.0.1/admin"</script>'),
  '/polls': html('<p id="p">价格 12</p><script>setInterval(() => fetch("/poll?" + Date.now()), 100)</script>'),
  '/poll': text('{}', 'application/json'),
  '/alerts': html(
    '<p>有弹窗</p><script>alert("一"); const yes = confirm("二"); prompt("三", "四"); document.title = String(yes); addEventListener("load", () => setTimeout(() => alert("五"), 400))</script>',
  ),
  '/alert-loop': html('<p>循环弹窗</p><script>addEventListener("load", () => { for (;;) alert("还有") })</script>'),
  '/popups': html('<p>有窗口</p><script>open("/pop-one"); open("/pop-two")</script>'),
  '/popup-storm': html('<p>窗口风暴</p><script>for (let i = 0; i < 60; i++) open("/pop-" + i)</script>'),
  '/pop-*': html('<p>弹出的页面</p>'),
  '/grows': html(
    '<div id="m"></div><script>const grow = () => { const d = document.createElement("p"); d.style.height = "2000px"; d.textContent = "更多"; document.getElementById("m").append(d) }; grow(); addEventListener("scroll", grow)</script>',
  ),
  '/tall': html('<div style="height:1000000px;background:linear-gradient(red,blue)">高</div>'),
  '/spins': html('<p>死循环</p><script>addEventListener("load", () => setTimeout(() => { for (;;) {} }, 200))</script>'),
  '/spins-at-once': html('<p>死循环</p><script>for (;;) {}</script>'),
  '/many': html(
    '<script>let n = 0; const more = () => { if (n < 20000) fetch("/tiny-" + String.fromCharCode(97 + n % 26) + n++).finally(more) }; for (let i = 0; i < 50; i++) more()</script>',
  ),
  '/tiny-*': text('.'),
  '/bomb': bomb,
  '/with-bomb': html('<p>正文在此</p><script>fetch("/bomb-image").then((r) => r.text())</script>'),
  '/bomb-image': bomb,
  '/endless': html('<p>正文在此</p><script>fetch("/endless-image").then((r) => r.blob())</script>'),
  '/endless-image': endless,
  '/drip': html('<p>正文在此</p><script src="/drip-script"></script>'),
  '/drip-script': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/javascript', 'content-length': '1000000' });
    const timer = setInterval(() => response.write('.'), 200);
    response.on('close', () => clearInterval(timer));
  },
  '/downloads': html('<p>有下载</p><script>addEventListener("load", () => { location.href = "/file" })</script>'),
  '/file': (_request, response) =>
    answer(response, 200, 'application/octet-stream', Buffer.alloc(100_000), {
      'content-disposition': 'attachment; filename="a.bin"',
    }),
  '/hangs': () => undefined,
  '/empty': (_request, response) => void response.destroy(),
  '/gone': (_request, response) => answer(response, 404, 'text/html; charset=utf-8', '<title>没有</title><p>没有这一页'),
  '/permissions': html(
    `<body><script>
       navigator.geolocation.getCurrentPosition(() => { document.body.append("有") }, () => undefined); Notification.requestPermission();
       for (const name of ["geolocation", "notifications", "camera"])
         navigator.permissions.query({ name }).then(({ state }) => document.body.append(name + " " + state + ";"))
     </script>`,
  ),
  '/hog': html(
    '<script>const a = []; setInterval(() => { for (let i = 0; i < 20; i++) a.push(new Uint8Array(1e6).fill(1)) }, 20)</script>',
  ),
};
