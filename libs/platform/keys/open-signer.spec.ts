import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { generateKey, openNote, signNote, verifierOf, writeKeyFile } from '../../proof';
import { openSigner } from './open-signer';

const LIBRARY = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'].find((path) =>
  existsSync(path),
);
const TOOLS = ['softhsm2-util', 'pkcs11-tool'].every((tool) => existsSync(join('/usr/bin', tool)));
const NAME = 'aj.test/ledger-1';
const PIN = '4711';

const withDevice = LIBRARY && TOOLS ? describe : describe.skip;
if (withDevice === describe.skip) console.warn('skipped: keys in a device (packages softhsm2 and opensc are not installed)');

it('opens a key file as before', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'signer-')), 'key');
  const key = generateKey(NAME);
  writeKeyFile(file, key);
  expect((await openSigner(file)).vkey).toBe(key.vkey);
});

it.each(['pkcs11:', 'pkcs11:token=a;object=b', 'pkcs11:token=a?module-path=/x'])('refuses the address %s', async (place) => {
  await expect(openSigner(place)).rejects.toThrow('token, object and module-path');
});

withDevice('a key in a device (SoftHSM2)', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const place = (object = NAME, token = 'nms') =>
    `pkcs11:token=${token};object=${encodeURIComponent(object)}?module-path=${LIBRARY}`;
  const tool = (...args: string[]) =>
    execFileSync('pkcs11-tool', ['--module', LIBRARY!, '--token-label', 'nms', '--login', '--pin', PIN, ...args], {
      stdio: 'pipe',
      env,
    });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'softhsm-'));
    mkdirSync(join(folder, 'tokens'));
    writeFileSync(
      join(folder, 'softhsm2.conf'),
      `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\n`,
    );
    env = { ...process.env, SOFTHSM2_CONF: join(folder, 'softhsm2.conf') };
    // Jest keeps an environment of its own; the library reads that of the process.
    koffi.load(null).func('int setenv(const char *name, const char *value, int overwrite)')(
      'SOFTHSM2_CONF',
      env.SOFTHSM2_CONF,
      1,
    );
    execFileSync('softhsm2-util', ['--init-token', '--free', '--label', 'nms', '--so-pin', '0815', '--pin', PIN], { env });
    tool('--keypairgen', '--key-type', 'EC:edwards25519', '--label', NAME, '--id', '01', '--sensitive');
    tool(
      '--keypairgen',
      '--key-type',
      'EC:edwards25519',
      '--label',
      'aj.test/open-1',
      '--id',
      '02',
      '--sensitive',
      '--extractable',
    );
  });

  it('signs a note that everybody can check by the published key, also the other way round by the tool', async () => {
    const signer = await openSigner(place(), PIN);
    const note = await signNote('aj.test/evidence/2026\n1\nAAAA\n', [signer]);
    expect(openNote(note, [verifierOf(signer.vkey)]).signers).toEqual([NAME]);
    const message = join(folder, 'message');
    writeFileSync(message, 'the same bytes');
    tool('--sign', '--mechanism', 'EDDSA', '--id', '01', '--input-file', message, '--output-file', `${message}.sig`);
    expect(await signer.sign(new Uint8Array(Buffer.from('the same bytes')))).toEqual(
      new Uint8Array(readFileSync(`${message}.sig`)),
    );
  });

  it('signs again and again in one session, and in a second one', async () => {
    const [one, two] = [await openSigner(place(), PIN), await openSigner(place(), PIN)];
    for (let n = 0; n < 50; n += 1) {
      const message = new Uint8Array(Buffer.from(`message ${n}`));
      const signature = await (n % 2 ? one : two).sign(message);
      expect(verifierOf(one.vkey).verify(message, signature)).toBe(true);
      expect(verifierOf(one.vkey).verify(new Uint8Array(Buffer.from('other')), signature)).toBe(false);
    }
  });

  it('I-15 never holds the private key: the signer has no secret, and an extractable key is refused', async () => {
    const signer = await openSigner(place(), PIN);
    expect(Object.keys(signer)).not.toContain('secret');
    await expect(openSigner(place('aj.test/open-1'), PIN)).rejects.toThrow('would give this key away');
    expect(readdirSync(join(folder, 'tokens'))).toHaveLength(1);
  });

  it.each([
    ['a token that is not there', () => openSigner(place(NAME, 'other'), PIN), 'no token'],
    ['a key that is not there', () => openSigner(place('aj.test/ledger-9'), PIN), 'no objects'],
    ['a library that is none', () => openSigner('pkcs11:token=a;object=b?module-path=/nowhere.so', PIN), 'shared library'],
  ])('says plainly when %s is asked', async (_what, act, said) => {
    await expect(act()).rejects.toThrow(said);
  });
});
