import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { workerSigner } from '../../../libs/capture';
import { openNote, signNote, verifierOf } from '../../../libs/proof';

const LIBRARY = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'].find((path) =>
  existsSync(path),
);
const TOOLS = ['softhsm2-util', 'pkcs11-tool'].every((tool) => existsSync(join('/usr/bin', tool)));
/** A site test, so that it runs in another process than the other devices' tests: the library reads its settings once a process. */
const DOMAIN = 'aj.test';
const PIN = '4711';

const withDevice = LIBRARY && TOOLS ? describe : describe.skip;
if (withDevice === describe.skip) console.warn('skipped: keys in a device (packages softhsm2 and opensc are not installed)');

it('makes and keeps the key file as before', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'worker-key-')), 'keys', 'worker-1.key');
  const first = await workerSigner(file, DOMAIN);
  expect(first.name).toBe('aj.test/worker-1');
  expect((await workerSigner(file, DOMAIN)).vkey).toBe(first.vkey);
});

withDevice('the signing key of the capture process in a device (SoftHSM2)', () => {
  const place = (object: string) => `pkcs11:token=nms;object=${encodeURIComponent(object)}?module-path=${LIBRARY}`;

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'softhsm-'));
    mkdirSync(join(folder, 'tokens'));
    const conf = join(folder, 'softhsm2.conf');
    writeFileSync(conf, `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\n`);
    const env = { ...process.env, SOFTHSM2_CONF: conf };
    // Jest keeps an environment of its own; the library reads that of the process.
    koffi.load(null).func('int setenv(const char *name, const char *value, int overwrite)')('SOFTHSM2_CONF', conf, 1);
    execFileSync('softhsm2-util', ['--init-token', '--free', '--label', 'nms', '--so-pin', '0815', '--pin', PIN], { env });
    const login = ['--module', LIBRARY!, '--token-label', 'nms', '--login', '--pin', PIN];
    const make = (label: string, id: string, ...more: string[]) =>
      execFileSync(
        'pkcs11-tool',
        [...login, '--keypairgen', '--key-type', 'EC:edwards25519', '--label', label, '--id', id, '--sensitive', ...more],
        { env, stdio: 'pipe' },
      );
    make('aj.test/worker-2', '01');
    make('aj.test/seal-1', '02');
    make('other.test/worker-1', '03');
    make('aj.test/worker-3', '04', '--extractable');
  });

  it('I-15 signs a manifest signature that the published key knows, and has no secret in memory', async () => {
    const signer = await workerSigner(place('aj.test/worker-2'), DOMAIN, PIN);
    const note = await signNote('evidence-manifest-sig/1\nev_X\n', [signer]);
    expect(openNote(note, [verifierOf(signer.vkey)]).signers).toEqual(['aj.test/worker-2']);
    expect(Object.keys(signer)).not.toContain('secret');
  });

  it.each([
    ['a key of another role', 'aj.test/seal-1', 'is not a key of a capture process of aj.test'],
    ['a key of another agency', 'other.test/worker-1', 'is not a key of a capture process of aj.test'],
    ['a key that the device would give away', 'aj.test/worker-3', 'would give this key away'],
    ['a key that is not there', 'aj.test/worker-9', 'no objects'],
  ])('does not start with %s', async (_what, object, said) => {
    await expect(workerSigner(place(object), DOMAIN, PIN)).rejects.toThrow(said);
  });
});
