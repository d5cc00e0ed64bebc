import { CaptureHarness, FixtureSite, hostilePages, type Captured } from './testing';

jest.setTimeout(120_000);

const site = new FixtureSite(hostilePages);
const harness = new CaptureHarness();
const allow = () => [`127.0.0.1/32:${site.port}`];

beforeAll(() => site.start());
afterAll(async () => {
  await site.stop();
  harness.cleanUp();
});

const artefact = ({ result }: Captured, path: string) => result.artefacts.find((each) => each.path === path);

describe('F24: a hostile page is ended by a limit, and what is there is kept', () => {
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
});
