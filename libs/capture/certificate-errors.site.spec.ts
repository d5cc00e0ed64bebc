import type { RequestRecord } from './capture.contract';
import { CERTIFICATE, EXPIRED_CERTIFICATE, MISNAMED_CERTIFICATE } from './testing/fixture-certificate';
import { anOrder, CaptureHarness, FixtureSite, html, text, type Captured } from './testing';
import type { Manifest } from '../proof';

const harness = new CaptureHarness();
afterAll(() => harness.cleanUp());

const DECISION = { by: '办案人员甲', reason: '网站证书到期未换，须固定其现状' };
const UNKNOWN = 'ERR_CERT_AUTHORITY_INVALID';

/** Captures with nothing known to the browser in advance; `decided`: as the officer's request says it. */
function capture(url: string, sites: FixtureSite[], tlsOverride?: RequestRecord['tlsOverride']): Promise<Captured> {
  const { request } = anOrder(url);
  return harness.capture(url, {
    allow: sites.map(({ port }) => `127.0.0.1/32:${port}`),
    distrust: true,
    order: { packageId: request.id, request: { ...request, ...(tlsOverride && { tlsOverride }) } },
  });
}

interface Line {
  url: string;
  status: number;
  outcome: string;
  reason: string;
  tls: { leafSha256: string | null; errors: string[] } | null;
}

const manifestOf = (captured: Captured) => JSON.parse(captured.text('MANIFEST.json')) as Manifest;

async function withSite(
  certificate: string,
  pages: ConstructorParameters<typeof FixtureSite>[0],
  act: (site: FixtureSite) => Promise<void>,
) {
  const site = await new FixtureSite(pages, true, certificate).start();
  try {
    await act(site);
  } finally {
    await site.stop();
  }
}

describe.each([
  ['self-signed', CERTIFICATE, [UNKNOWN]],
  ['expired', EXPIRED_CERTIFICATE, ['expired', UNKNOWN]],
  ['of another name', MISNAMED_CERTIFICATE, ['nameMismatch', UNKNOWN]],
] as const)('F26: a certificate that is %s', (_what, certificate, errors) => {
  it('ends the capture with that reason and an observation, when nobody asked otherwise', () =>
    withSite(certificate, { '/': html('<title>店</title>正文') }, async (site) => {
      const captured = await capture(site.url('/'), [site]);
      expect(captured.result).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/^net::ERR_CERT_/) });
      expect(captured.result.manifestSha256).toBeUndefined();
      expect(site.log).toEqual([]);
      const steps = captured.lines<{ step: string; detail: string }>('record/timeline.jsonl');
      expect(steps.at(-1)).toMatchObject({ step: 'close', detail: expect.stringContaining('ERR_CERT_') });
    }));

  it('is passed over, and told with its codes, when an officer decided so before', () =>
    withSite(certificate, { '/': html('<title>店</title>正文') }, async (site) => {
      const host = `127.0.0.1:${site.port}`;
      const captured = await capture(site.url('/'), [site], DECISION);
      expect(captured.result).toMatchObject({
        outcome: 'complete',
        navigation: { status: 200, title: '店', tlsErrors: errors.map((code) => `${host} ${code}`) },
      });
      const { navigation, files } = manifestOf(captured);
      expect(navigation?.tls?.errors).toEqual(errors);
      expect(files.map(({ path }) => path)).toContain(`record/tls/${navigation?.tls?.leafSha256}.der`);
      const [line] = captured.lines<Line>('record/exchanges.jsonl').filter(({ url }) => url === site.url('/'));
      expect(line).toMatchObject({ status: 200, outcome: 'ok', tls: { leafSha256: navigation?.tls?.leafSha256, errors } });
      expect(JSON.parse(captured.text('record/request.json'))).toMatchObject({ tlsOverride: DECISION });
      const steps = captured.lines<{ step: string; detail: string }>('record/timeline.jsonl');
      expect(steps.filter(({ step }) => step === 'certificate')).toEqual([
        expect.objectContaining({ detail: `${host} ${UNKNOWN}, passed over as an officer decided` }),
      ]);
    }));
});

describe('F26: hosts of one page, each with its own certificate', () => {
  it('are told one by one; a part of a page is refused like the page when nobody decided', async () => {
    const page = new FixtureSite(
      { '/': (_request, response) => html(`<img src="${parts.url('/a.svg')}">`)(_request, response, Buffer.of()) },
      true,
    );
    const parts = new FixtureSite(
      { '/a.svg': text('<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml') },
      true,
      EXPIRED_CERTIFICATE,
    );
    await Promise.all([page.start(), parts.start()]);
    try {
      const captured = await capture(page.url('/'), [page, parts], DECISION);
      const other = `127.0.0.1:${parts.port}`;
      expect(captured.result.outcome).toBe('complete');
      expect(manifestOf(captured).navigation?.tls?.errors).toEqual([UNKNOWN, `${other} expired`, `${other} ${UNKNOWN}`]);
      const lines = captured.lines<Line>('record/exchanges.jsonl');
      expect(lines.find(({ url }) => url === parts.url('/a.svg'))).toMatchObject({
        status: 200,
        tls: { errors: ['expired', UNKNOWN] },
      });

      const plain = await new FixtureSite({ '/': html(`<title>明文</title><img src="${parts.url('/a.svg')}">`) }).start();
      const strict = await capture(plain.url('/'), [plain, parts]).finally(() => plain.stop());
      expect(strict.result).toMatchObject({ outcome: 'complete', navigation: { title: '明文' } });
      expect(strict.result.navigation).not.toHaveProperty('tlsErrors');
      const refused = strict.lines<Line>('record/exchanges.jsonl').find(({ url }) => url === parts.url('/a.svg'));
      expect(refused).toMatchObject({ status: 0, outcome: 'failed', reason: `net::${UNKNOWN}` });
    } finally {
      await Promise.all([page.stop(), parts.stop()]);
    }
  });

  // One page each: in the browser from npm a frame and a window of the same site, opened at once, now and then block each other (docs/provision.md).
  it.each([
    ['a frame', EXPIRED_CERTIFICATE, 'expired', (url: string) => `<iframe src="${url}"></iframe>`],
    ['a window', MISNAMED_CERTIFICATE, 'nameMismatch', (url: string) => `<script>window.open('${url}')</script>`],
  ])('in %s of the page too', async (_what, certificate, word, opened) => {
    const part = await new FixtureSite({ '/part': html('<title>部分</title>') }, true, certificate).start();
    const page = await new FixtureSite({ '/': html(opened(part.url('/part'))) }).start();
    try {
      const captured = await capture(page.url('/'), [page, part], DECISION);
      const host = `127.0.0.1:${part.port}`;
      expect(captured.result.navigation?.tlsErrors?.toSorted()).toEqual([`${host} ${UNKNOWN}`, `${host} ${word}`].toSorted());
      const line = captured.lines<Line>('record/exchanges.jsonl').find(({ url }) => url === part.url('/part'));
      expect(line).toMatchObject({ status: 200, tls: { errors: [word, UNKNOWN] } });
    } finally {
      await Promise.all([page.stop(), part.stop()]);
    }
  });

  it('a decision that was not needed changes nothing and is not told as one', async () => {
    const plain = await new FixtureSite({ '/': html('<title>明文</title>') }).start();
    const captured = await capture(plain.url('/'), [plain], DECISION).finally(() => plain.stop());
    expect(captured.result.outcome).toBe('complete');
    expect(captured.result.navigation).not.toHaveProperty('tlsErrors');
    expect(manifestOf(captured).navigation?.tls).toBeNull();
  });
});
