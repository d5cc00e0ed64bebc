import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sightOf } from '../../libs/capture/capture.contract';
import {
  answer,
  CaptureHarness,
  type Captured,
  FixtureSite,
  FixtureUpstream,
  html,
  OTHER_NETWORK,
} from '../../libs/capture/testing';
import {
  type Manifest,
  parseTrustBundle,
  sealText,
  signNote,
  surveyFiles,
  trustBundleBytes,
  bytesSource,
  verifyPackage,
} from '../../libs/proof';
import { aTrustBundle } from '../../libs/proof/testing';
import { differences, ours, type Question } from './support';

jest.setTimeout(180_000);

const SHOWN = '<!doctype html><meta charset="utf-8"><title>店</title><p style="font-size:40px">';

/** Two captures of one page, from two vantage points, the second compared with the first before it is signed; then both verifiers. */
describe('F26: two vantage points', () => {
  const harness = new CaptureHarness();
  const upstream = new FixtureUpstream();
  const site = new FixtureSite({
    '/cloaks': (request, response) =>
      answer(
        response,
        200,
        'text/html; charset=utf-8',
        `${SHOWN}${request.socket.remoteAddress === OTHER_NETWORK ? '本店已停业' : '全场包邮'}`,
      ),
    '/plain': html(`${SHOWN}对谁都一样`),
  });
  beforeAll(async () => void (await Promise.all([upstream.start(), site.start()])));
  afterAll(async () => {
    await Promise.all([upstream.stop(), site.stop()]);
    harness.cleanUp();
  });

  const manifestOf = (captured: Captured) => JSON.parse(captured.text('MANIFEST.json')) as Manifest;

  async function twice(path: string): Promise<{ first: Manifest; second: Captured }> {
    const options = {
      allow: [`127.0.0.1/32:${site.port}`],
      config: {
        CAPTURE_VANTAGES: ['main', 'mobile-net'],
        CAPTURE_UPSTREAMS: [`mobile-net=http://127.0.0.1:${upstream.port}`],
        CAPTURE_VIDEO: false,
      },
    };
    const once = await harness.capture(site.url(path), { ...options, vantage: 'main' });
    expect(once.result.outcome).toBe('complete');
    const first = manifestOf(once);
    // As the worker makes the second order out of what was fixed.
    const sight = { vantage: 'main', id: first.id, ...sightOf({ files: first.files, artefacts: once.result.artefacts }) };
    const related = [{ rel: 'secondVantage' as const, id: first.id, manifestSha256: once.result.manifestSha256! }];
    const second = await harness.capture(site.url(path), { ...options, vantage: 'mobile-net', order: { first: sight, related } });
    expect(second.result.outcome).toBe('complete');
    return { first, second };
  }

  /** The folder as a sealed package, for a verifier who knows the key of this harness. */
  async function question(captured: Captured): Promise<Question & { name: string }> {
    const input: Record<string, Uint8Array> = {};
    for (const entry of readdirSync(captured.folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) input[relative(captured.folder, path)] = new Uint8Array(readFileSync(path));
    }
    const surveyed = await surveyFiles(Object.entries(input).map(([path, bytes]) => ({ path, source: bytes })));
    const { id } = manifestOf(captured);
    const at = new Date().toISOString();
    const text = sealText({
      id,
      export: 1,
      at,
      manifestSha256: captured.result.manifestSha256!,
      custody: { events: 0, lastEntrySha256: '0'.repeat(64) },
      signers: [harness.key.name],
      files: surveyed.map(({ path, size, sha256, sm3 }) => ({ path, size, sha256, sm3 })),
      withheld: [],
    });
    input['SEAL'] = await signNote(text, [harness.key]);
    const hour = 3_600_000;
    const bundle = parseTrustBundle(
      trustBundleBytes({
        ...aTrustBundle(),
        signers: [
          {
            name: harness.key.name,
            vkey: harness.key.vkey,
            roles: ['worker', 'seal'],
            from: new Date(Date.now() - hour).toISOString(),
            to: new Date(Date.now() + hour).toISOString(),
            revoked: null,
          },
        ],
      }),
    );
    return { name: id, input, bundle, at, level: 2, checkpoints: [] };
  }

  const findingsOf = async ({ input, bundle, at, level }: Question) => {
    const files = new Map(Object.entries(input as Record<string, Uint8Array>).map(([path, bytes]) => [path, bytesSource(bytes)]));
    const report = await verifyPackage({ form: 'folder', files, odd: [] }, bundle, { at: new Date(at), level, checkpoints: [] });
    return report.findings.filter(({ code }) => code === 'VANTAGE_DIFFERENT').map(({ subject, detail }) => [subject, detail]);
  };

  it('F26: different content to a second vantage: the comparison is different, the package whole, and the verifier says so beside its verdict', async () => {
    const { first, second } = await twice('/cloaks');
    const manifest = manifestOf(second);
    expect(first).toMatchObject({ comparison: null, related: [] });
    expect(manifest.comparison).toEqual({ vantage: 'main', id: first.id, text: 'different', picture: 'different' });
    expect(manifest.related).toEqual([
      { rel: 'secondVantage', id: first.id, manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    const asked = await question(second);
    expect(await ours(asked)).toEqual({ verdict: 'PASSED', level: 2, reasons: [] });
    expect(await differences([asked])).toEqual([]);
    expect(await findingsOf(asked)).toEqual([['/comparison', 'main']]);
  });

  it('F26: the same content to both: nothing differs to the last pixel, and nothing is noted', async () => {
    const { first, second } = await twice('/plain');
    expect(manifestOf(second).comparison).toEqual({ vantage: 'main', id: first.id, text: 'same', picture: 'same' });
    const asked = await question(second);
    expect(await differences([asked])).toEqual([]);
    expect(await findingsOf(asked)).toEqual([]);
  });
});
