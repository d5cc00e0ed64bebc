import { createReadStream } from 'node:fs';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { answer, CaptureHarness, FixtureDns, FixtureSite, html, redirect, text, type Captured, type Handler } from './testing';

jest.setTimeout(120_000);

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

const pages: Record<string, Handler> = {
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

const site = new FixtureSite(pages);
/** Stands for everything inside: listens, and must never be spoken to. */
const inside = new FixtureSite({ '/*': text('secret') });
const harness = new CaptureHarness();
const allow = () => [`127.0.0.1/32:${site.port}`];

beforeAll(async () => {
  await Promise.all([site.start(), inside.start()]);
});
afterAll(async () => {
  await Promise.all([site.stop(), inside.stop()]);
  harness.cleanUp();
});

const artefact = ({ result }: Captured, path: string) => result.artefacts.find((each) => each.path === path);

describe('F23: an address that may not be captured is refused before a packet is sent', () => {
  it.each([
    ['ftp://example.com/', 'schemeNotHttp'],
    ['file:///etc/passwd', 'schemeNotHttp'],
    ['view-source:http://example.com/', 'schemeNotHttp'],
    ['javascript:alert(1)', 'schemeNotHttp'],
    ['not an address', 'addressMalformed'],
    ['http://user:secret@example.com/', 'credentialsInAddress'],
    ['http://@example.com/', 'credentialsInAddress'],
    [`http://example.com/${'a'.repeat(8_192)}`, 'addressTooLong'],
    ['http://10.0.0.1/', 'address.private'],
    ['http://169.254.169.254/latest/meta-data/', 'address.linkLocal'],
    ['http://100.64.0.1/', 'address.carrierGradeNat'],
    ['http://0.0.0.0/', 'address.unspecified'],
    ['http://224.0.0.1/', 'address.multicast'],
    ['http://198.18.0.1/', 'address.reserved'],
    ['http://[fe80::1]/', 'address.linkLocal'],
    ['http://[fd00::1]/', 'address.uniqueLocal'],
    ['http://[64:ff9b::7f00:1]/', 'address.rfc6052'],
    ['http://[2002:7f00:1::]/', 'address.6to4'],
    ['http://[::127.0.0.1]/', 'address.notGlobalUnicast'],
    ['http://8.8.8.8:22/', 'port'],
  ])('%s', async (url, reason) => {
    const { result, lines } = await harness.capture(url);
    expect(result).toMatchObject({ outcome: 'refused', reason });
    expect(result.manifestSha256).toBeUndefined();
    expect(lines<{ step: string; detail: string }>('record/timeline.jsonl').at(-1)).toMatchObject({
      step: 'close',
      detail: `refused: ${reason}`,
    });
  });

  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    'localhost',
    'a.localhost',
    '１２７.０.０.１',
    '127.0.0.1.',
  ])('this machine as %s', async (host) => {
    const { result } = await harness.capture(`http://${host}:${inside.port}/`);
    expect(result).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/^address\./) });
    expect(inside.log).toEqual([]);
  });

  it.each([
    ['/inside', 'address.linkLocal'],
    ['/numbers', 'address.loopback'],
    ['/chain', 'address.ipv4Mapped'],
    ['/script-leaves', 'address.private'],
  ])('by redirect, %s', async (path, reason) => {
    const { result, lines } = await harness.capture(site.url(path), { allow: allow() });
    expect(result).toMatchObject({ outcome: 'refused', reason });
    expect(lines('record/exchanges.jsonl')).toContainEqual(expect.objectContaining({ outcome: 'blocked', reason, status: 0 }));
  });

  it('by a name that changes its answer between the check and the visit', async () => {
    const dns = await new FixtureDns({ 'rebind.example': (times) => (times === 1 ? ['127.0.0.1'] : ['10.1.2.3']) }).start();
    try {
      const { result, lines } = await harness.capture(site.url('/plain', 'rebind.example'), {
        allow: allow(),
        config: { DNS_SERVERS: [dns.address] },
      });
      expect(result).toMatchObject({ outcome: 'refused', reason: 'address.private' });
      expect(lines('record/dns.jsonl')).toContainEqual(
        expect.objectContaining({
          name: 'rebind.example',
          refused: [{ address: '10.1.2.3', reason: 'address.private' }],
          chosen: null,
        }),
      );
    } finally {
      dns.stop();
    }
  });
});

describe('I-20: nothing in a page reaches an address outside the allowed set', () => {
  it('by image, frame, script, style, fetch, socket, worker, prefetch, ping, form or peer connection', async () => {
    const target = `127.0.0.1:${inside.port}`;
    const [http, ws] = [`http://${target}`, `ws://${target}`];
    const prober = new FixtureSite({
      '/': html(`<link rel="icon" href="${http}/icon"><link rel="stylesheet" href="${http}/css"><link rel="prefetch" href="${http}/prefetch"><link rel="preconnect" href="${http}">
        <link rel="dns-prefetch" href="//${target}"><img src="${http}/img"><img src="http://[::ffff:7f00:1]:${inside.port}/mapped"><iframe src="${http}/frame"></iframe><script src="${http}/js"></script>
        <iframe src="file:///etc/passwd"></iframe><iframe src="chrome://version"></iframe><iframe src="view-source:${http}/"></iframe><embed src="${http}/a.pdf"><video src="${http}/v"></video>
        <img src="/to-inside"><form id="f" method="post" target="t" action="${http}/form"></form><iframe name="t"></iframe>
        <script>fetch('${http}/fetch', { mode: 'no-cors' }); navigator.sendBeacon('${http}/beacon'); new WebSocket('${ws}/ws'); new EventSource('${http}/sse');
        document.getElementById('f').submit(); new Worker('/worker.js'); navigator.serviceWorker.register('/sw.js');
        const p = new RTCPeerConnection({ iceServers: [{ urls: 'stun:${target}' }, { urls: 'turn:${target}?transport=tcp', username: 'u', credential: 'c' }] }); p.createDataChannel('x'); p.createOffer().then((o) => p.setLocalDescription(o));
        try { new WebTransport('https://${target}/') } catch {} open('${http}/popup');</script>`),
      '/to-inside': redirect(`${http}/redirected`),
      '/worker.js': text(`fetch('${http}/worker', { mode: 'no-cors' }); new WebSocket('${ws}/worker-ws')`, 'text/javascript'),
      '/sw.js': text(`fetch('${http}/sw', { mode: 'no-cors' })`, 'text/javascript'),
    });
    await prober.start();
    try {
      const { result, lines } = await harness.capture(prober.url('/'), { allow: [`127.0.0.1/32:${prober.port}`] });
      expect(result).toMatchObject({ outcome: 'complete', limits: [] });
      expect(inside.log).toEqual([]);
      expect(inside.sockets.size).toBe(0);
      const blocked = lines<{ url: string; outcome: string; reason: string }>('record/exchanges.jsonl').filter(
        ({ outcome }) => outcome === 'blocked',
      );
      const paths = blocked.map(({ url }) => new URL(url).pathname);
      expect(paths).toEqual(
        expect.arrayContaining([
          '/css',
          '/img',
          '/mapped',
          '/frame',
          '/js',
          '/fetch',
          '/beacon',
          '/redirected',
          '/worker',
          '/sw',
          '/form',
        ]),
      );
      expect(blocked.filter(({ reason }) => !/^address\./.test(reason)).map(({ url, reason }) => `${url} ${reason}`)).toEqual([]);
    } finally {
      await prober.stop();
    }
  });
});

describe('F24: a hostile page is ended by a limit or a rule, and what is there is kept', () => {
  it('that polls for ever: ended by the rule of the quiet moment, not by a limit, complete', async () => {
    const captured = await harness.capture(site.url('/polls'), { allow: allow() });
    expect(captured.result).toMatchObject({ outcome: 'complete', limits: [] });
    expect(captured.text('content/text.txt')).toContain('价格 12');
  });

  it('that talks by dialogs: answered, recorded, complete', async () => {
    const { result, lines } = await harness.capture(site.url('/alerts'), { allow: allow() });
    expect(result).toMatchObject({ outcome: 'complete', navigation: { title: 'false' } });
    const dialogs = lines<{ kind: string; text: string }>('record/console.jsonl').filter(({ kind }) => kind === 'dialog');
    expect(dialogs.map(({ text: said }) => said)).toEqual(['alert: 一', 'confirm: 二', 'prompt: 三', 'alert: 五']);
  });

  it.each([
    ['/alert-loop', 'dialogs', '循环弹窗'],
    ['/popup-storm', 'popups', '窗口风暴'],
    ['/grows', 'heightPx', '更多'],
    ['/tall', 'heightPx', '高'],
    ['/spins', 'pageMs', '死循环'],
    ['/spins-at-once', 'pageMs', '死循环'],
    ['/many', expect.stringMatching(/^(exchanges|pageMs)$/), ''],
    ['/with-bomb', 'bodyBytes', '正文在此'],
    ['/endless', expect.stringMatching(/^(bodyBytes|idle|pageMs)$/), '正文在此'],
    ['/drip', expect.stringMatching(/^(idle|pageMs)$/), '正文在此'],
  ])('%s: partial, limit %s', async (path, limit, words) => {
    const limits = { pageMs: 6_000, jobMs: 60_000, exchanges: 500, heightPx: 40_000 };
    const captured = await harness.capture(site.url(path), { allow: allow(), limits });
    expect(captured.result).toMatchObject({ outcome: 'partial', limits: expect.arrayContaining([limit]) });
    expect(captured.text('content/text.txt')).toContain(words);
    expect(artefact(captured, 'content/screen/full-0001.png')).toMatchObject({ state: 'ok' });
    expect(captured.result.manifestSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(captured.ms).toBeLessThan(70_000); // F24: within the limit of the job and ten seconds
  });

  it('that is 1.2 GB after gunzip: ended, named', async () => {
    const { result, ms } = await harness.capture(site.url('/bomb'), { allow: allow(), limits: { pageMs: 8_000, jobMs: 60_000 } });
    expect(result.outcome).toMatch(/^(partial|failed)$/);
    expect(result.limits.length + (result.reason ?? '').length).toBeGreaterThan(0);
    expect(ms).toBeLessThan(70_000);
  });

  it('that takes all memory: ended by a limit or the end of its process', async () => {
    const { result } = await harness.capture(site.url('/hog'), { allow: allow(), limits: { memoryBytes: 600_000_000 } });
    expect([result.limits.includes('memoryBytes'), result.reason === 'pageCrashed']).toContain(true);
  });

  it('that opens windows: each recorded once, as a page of its own, none left open', async () => {
    const { result, lines, read: bytes, text: read } = await harness.capture(site.url('/popups'), { allow: allow() });
    expect(result.outcome).toBe('complete');
    const popups = lines<{ kind: string; url: string }>('record/console.jsonl').filter(({ kind }) => kind === 'popup');
    expect(popups.map(({ url }) => url).sort()).toEqual([site.url('/pop-one'), site.url('/pop-two')]);
    expect(JSON.parse(read('MANIFEST.json')).outcome.popups.toSorted()).toEqual([site.url('/pop-one'), site.url('/pop-two')]);
    for (const n of ['0001', '0002']) {
      expect(read(`content/popups/${n}/text.txt`)).toBe('弹出的页面\n');
      expect(read(`content/popups/${n}/dom.html`)).toContain('<p>弹出的页面</p>');
      expect(bytes(`content/popups/${n}/screen.png`).length).toBeGreaterThan(1_000);
    }
    const asked = lines<{ url: string; outcome: string }>('record/exchanges.jsonl').filter(({ url }) => url.includes('/pop-'));
    expect(asked.map(({ url, outcome }) => `${outcome} ${url}`).sort()).toEqual([
      `ok ${site.url('/pop-one')}`,
      `ok ${site.url('/pop-two')}`,
    ]);
  });

  it('that downloads: denied and recorded, the page kept', async () => {
    const { result, lines } = await harness.capture(site.url('/downloads'), { allow: allow() });
    expect(result.outcome).toBe('complete');
    expect(lines('record/console.jsonl')).toContainEqual(
      expect.objectContaining({ kind: 'download', text: 'denied: a.bin', url: site.url('/file') }),
    );
  });

  it('that asks for permissions: denied', async () => {
    const { text: read } = await harness.capture(site.url('/permissions'), { allow: allow() });
    // Some builds of Chromium leave the page without an answer instead of refusing aloud: nothing was given either way.
    expect(read('content/text.txt').trim()).toBe('geolocation denied;notifications denied;camera denied;');
  });
});

describe('F25, F26: a capture that cannot be made says why and leaves nothing behind', () => {
  it.each([
    ['/file', /^download/],
    ['/hangs', /^noAnswerInTime/],
    ['/empty', /^ECONNRESET$/],
  ])('%s', async (path, reason) => {
    const { result } = await harness.capture(site.url(path), { allow: allow(), limits: { pageMs: 3_000 } });
    expect(result).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(reason) });
    expect(result.manifestSha256).toBeUndefined();
  });

  it('a page that is not there is captured as what it is', async () => {
    const { result } = await harness.capture(site.url('/gone'), { allow: allow() });
    expect(result).toMatchObject({ outcome: 'complete', navigation: { status: 404, title: '没有' } });
  });

  it('a certificate that nobody vouches for is not passed over', async () => {
    const odd = await new FixtureSite({ '/': html('x') }, true).start();
    try {
      const { result } = await harness.capture(odd.url('/'), { allow: [`127.0.0.1/32:${odd.port}`], distrust: true });
      expect(result).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('ERR_CERT_AUTHORITY_INVALID') });
      expect(odd.log).toEqual([]);
    } finally {
      await odd.stop();
    }
  });

  it('the browser killed in the middle', async () => {
    const { result } = await harness.capture(site.url('/plain'), {
      allow: allow(),
      onProgress: (line, pid) => {
        if (line.type === 'step' && line.step === 'screen 0') process.kill(pid, 'SIGKILL');
      },
    });
    expect(result).toMatchObject({ outcome: 'failed', reason: 'browserCrashed' });
    expect(result.manifestSha256).toBeUndefined();
  });

  it('leaves no process, profile or port of any job, and the next job is clean', async () => {
    const { result, text: read } = await harness.capture(site.url('/plain'), { allow: allow() });
    expect(result).toMatchObject({ outcome: 'complete', limits: [] });
    expect(read('content/text.txt')).toBe('平常的页面\n');
    expect(readdirSync(tmpdir()).filter((name) => harness.workFolders.has(name))).toEqual([]);
    expect(await harness.leftoverProcesses()).toEqual([]);
  });
});

it('I-22: an unchanging page captured twice gives equal bodies, text and pixels', async () => {
  const both = [
    await harness.capture(site.url('/plain'), { allow: allow() }),
    await harness.capture(site.url('/plain'), { allow: allow() }),
  ];
  const facts = both.map(({ read, text: words, lines }) => ({
    bodies: lines<{ sha256: string }>('record/exchanges.jsonl').map(({ sha256 }) => sha256),
    text: words('content/text.txt'),
    first: read('content/screen/first.png').toString('base64'),
    full: read('content/screen/full-0001.png').toString('base64'),
  }));
  expect(facts[1]).toEqual(facts[0]);
});
