import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { CaptureHarness, FixtureSite, html, text } from '../testing';

jest.setTimeout(90_000);

function found(): boolean {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const present = found();
// Said in the title, so that a run without the tool can not be taken for one with it.
const described = present ? describe : describe.skip;

described(`wire/ as an outsider reads it: tshark${present ? '' : ' (NOT FOUND on this machine, so not tried)'}`, () => {
  const harness = new CaptureHarness();
  afterAll(() => harness.cleanUp());

  const pages = { '/': html('<title>线</title><p>线上的字</p><img src="/mark.txt">'), '/mark.txt': text('标记') };

  const read = (folder: string, port: number, filter: string, field: string, keylog?: string): string[] =>
    execFileSync(
      'tshark',
      [
        ...['-r', join(folder, 'wire', 'capture.pcap'), '-d', `tcp.port==${port},${keylog ? 'tls' : 'http'}`],
        ...(keylog ? ['-o', `tls.keylog_file:${keylog}`] : []),
        ...['-Y', filter, '-T', 'fields', '-e', field],
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    )
      .split('\n')
      .filter(Boolean);

  it('plain HTTP: the requests in order, no damaged packet, nothing to or from anybody else', async () => {
    const site = await new FixtureSite(pages).start();
    try {
      const { result, folder } = await harness.capture(site.url('/'), { allow: [`127.0.0.1/32:${site.port}`] });
      expect(result.outcome).toBe('complete');
      const asked = site.log.map(({ url }) => url);
      expect(read(folder, site.port, 'http.request', 'http.request.uri').sort()).toEqual(asked.sort());
      expect(read(folder, site.port, 'http.response', 'http.response.code')).toHaveLength(asked.length);
      expect(
        read(folder, site.port, '_ws.malformed || tcp.analysis.lost_segment || ip.checksum.status == 0', 'frame.number'),
      ).toEqual([]);
      expect(read(folder, site.port, `!(tcp.port == ${site.port})`, 'frame.number')).toEqual([]);
    } finally {
      await site.stop();
    }
  });

  it('TLS: read with the secrets that are beside it, and not without them', async () => {
    const site = await new FixtureSite(pages, true).start();
    try {
      const { result, folder } = await harness.capture(site.url('/'), { allow: [`127.0.0.1/32:${site.port}`] });
      expect(result.outcome).toBe('complete');
      const keylog = join(folder, 'wire', 'keylog.txt');
      const asked = site.log.map(({ url }) => url);
      expect(read(folder, site.port, 'http.request', 'http.request.uri', keylog).sort()).toEqual(asked.sort());
      expect(read(folder, site.port, 'http.request', 'http.request.uri', '/dev/null')).toEqual([]);
      expect(read(folder, site.port, 'tls.handshake.type == 1', 'tls.handshake.type', keylog).length).toBeGreaterThan(0);
    } finally {
      await site.stop();
    }
  });
});
