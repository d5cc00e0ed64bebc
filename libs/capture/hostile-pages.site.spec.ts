import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { CaptureHarness, FixtureDns, FixtureSite, hostilePages, html, redirect, text } from './testing';

jest.setTimeout(120_000);

const site = new FixtureSite(hostilePages);
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
