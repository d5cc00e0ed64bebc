import { mkdtempSync, chmodSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, fromHex, textOf, toBase64, utf8 } from '../bytes';
import { sm2KeyPair, signSm2, verifySm2 } from '../sm2';
import { loadKey, writeKeyFile } from './key-file';
import { generateKey, keyOf } from './keys';
import { noteBytes, openNote, parseNote, signNote, stateOfSignature } from './note';
import { verifierOf } from './verifier';

const seed = (byte: number) => new Uint8Array(32).fill(byte);
const worker = keyOf('aj.test/worker-1', 'ed25519', seed(1));
const agency = keyOf('aj.test/agency-1', 'sm2', seed(2));

describe('signed notes', () => {
  it('writes the C2SP form and reads it back to the same bytes (I-05)', async () => {
    const bytes = await signNote('first\nsecond\n', [worker, agency]);
    expect(textOf(bytes)).toMatch(
      /^first\nsecond\n\n— aj\.test\/worker-1 [A-Za-z0-9+/=]+\n— aj\.test\/agency-1 [A-Za-z0-9+/=]+\n$/,
    );
    expect(noteBytes(parseNote(bytes))).toEqual(bytes);
    expect(openNote(bytes, [verifierOf(worker.vkey)]).signers).toEqual(['aj.test/worker-1']);
    expect(openNote(bytes, [verifierOf(agency.vkey), verifierOf(worker.vkey)]).signers).toHaveLength(2);
  });

  it('agrees with the vector of golang.org/x/mod/sumdb/note', () => {
    const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
    expect(openNote(utf8(text), [verifierOf(vkey)]).signers).toEqual(['PeterNeumann']);
  });

  it.each<[string, (text: string) => string]>([
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['one line ending changed', (text) => text.replace('\n', '\r\n')],
    ['an extra blank line before the signatures', (text) => text.replace('\n\n', '\n\n\n')],
    ['an extra blank line at the end', (text) => `${text}\n`],
    ['no newline at the end', (text) => text.slice(0, -1)],
    ['spare base64 bits', (text) => spareBits(text)],
    ['base64 without padding', (text) => text.replace(/=+\n/, '\n')],
    ['two spaces', (text) => text.replace('— aj', '—  aj')],
    ['a hyphen for the dash', (text) => text.replace('—', '-')],
    ['a byte order mark', (text) => `\ufeff${text}`],
    ['a plus in the key name', (text) => text.replace('worker-1 ', 'worker+1 ')],
  ])('F18: refuses a note with %s', async (_name, damage) => {
    const text = textOf(await signNote('evidence\n', [worker]));
    const damaged = utf8(damage(text));
    expect(damaged).not.toEqual(utf8(text));
    expect(() => openNote(damaged, [worker])).toThrow();
  });

  it('F18: a key name in another script is another key', async () => {
    const text = textOf(await signNote('evidence\n', [worker])).replace('— aj.test', '— \u0430j.test');
    const note = parseNote(utf8(text));
    expect(stateOfSignature(note, note.signatures[0]!, [worker])).toBe('unknown');
  });

  it('tells a wrong signature, a wrong key id and an unknown name apart', async () => {
    const note = parseNote(await signNote('evidence\n', [worker]));
    const line = note.signatures[0]!;
    expect(stateOfSignature({ ...note, text: 'other\n' }, line, [worker])).toBe('invalid');
    expect(stateOfSignature(note, { ...line, keyId: fromHex('00000000') }, [worker])).toBe('otherKey');
    expect(stateOfSignature(note, line, [agency])).toBe('unknown');
  });
});

describe('SM2-with-SM3', () => {
  const message = utf8('message digest');

  it('signs what openssl accepts with the GM/T 0009 user id', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sm2-'));
    const { secret, publicKey } = sm2KeyPair();
    const spki = concat(fromHex('3059301306072a8648ce3d020106082a811ccf5501822d034200'), publicKey);
    writeFileSync(join(folder, 'key.pem'), `-----BEGIN PUBLIC KEY-----\n${toBase64(spki)}\n-----END PUBLIC KEY-----\n`);
    writeFileSync(join(folder, 'message'), message);
    writeFileSync(join(folder, 'signature'), signSm2(secret, message));
    const options = ['-pubin', '-inkey', 'key.pem', '-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
    const answer = execFileSync('openssl', ['pkeyutl', '-verify', ...options, '-in', 'message', '-sigfile', 'signature'], {
      cwd: folder,
    });
    expect(answer.toString()).toContain('Signature Verified Successfully');
  });

  it('F19: refuses r or s of zero, of the order and above, long and cut DER, and compressed keys', () => {
    const { secret, publicKey } = sm2KeyPair();
    const good = signSm2(secret, message);
    expect(verifySm2(publicKey, message, good)).toBe(true);
    const order = '00fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123';
    const one = '020101';
    for (const bad of [
      `3006020100${one}`,
      `3006${one}020100`,
      `30260221${order}${one}`,
      `3026${one}0221${order}`,
      `30820006${one}${one}`,
      `300702020001${one}`,
    ]) {
      expect(verifySm2(publicKey, message, fromHex(bad))).toBe(false);
    }
    expect(verifySm2(publicKey, message, good.slice(0, -1))).toBe(false);
    expect(verifySm2(publicKey, message, concat(good, Uint8Array.of(0)))).toBe(false);
    expect(verifySm2(concat(Uint8Array.of(2), publicKey.slice(1, 33)), message, good)).toBe(false);
    expect(verifySm2(concat(Uint8Array.of(4), new Uint8Array(64).fill(7)), message, good)).toBe(false);
  });

  it('F19: refuses plain ECDSA on the curve and an empty user id, as Node makes them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sm2-'));
    const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder });
    run('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', '-out', 'key.pem');
    writeFileSync(join(folder, 'message'), message);
    const spki = run('pkey', '-in', 'key.pem', '-pubout', '-outform', 'DER');
    const publicKey = new Uint8Array(spki.subarray(-65));
    const sign = (id: string) =>
      new Uint8Array(
        run('pkeyutl', '-sign', '-inkey', 'key.pem', '-rawin', '-digest', 'sm3', '-in', 'message', '-pkeyopt', `distid:${id}`),
      );
    expect(verifySm2(publicKey, message, sign('1234567812345678'))).toBe(true);
    expect(verifySm2(publicKey, message, sign(''))).toBe(false);
  });
});

describe('key files', () => {
  it.each([
    ['ed25519', undefined],
    ['sm2', undefined],
    ['ed25519', 'a passphrase'],
  ] as const)('keeps an %s key (passphrase: %s) readable by its owner only', (kind, passphrase) => {
    const path = join(mkdtempSync(join(tmpdir(), 'keys-')), 'key');
    const key = generateKey('aj.test/seal-1', kind);
    writeKeyFile(path, key, passphrase);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(loadKey(path, passphrase).vkey).toBe(key.vkey);
    expect(() => writeKeyFile(path, key)).toThrow('EEXIST');
    if (passphrase) expect(() => loadKey(path, 'another')).toThrow('wrong passphrase');
    chmodSync(path, 0o640);
    expect(() => loadKey(path, passphrase)).toThrow('0600');
  });
});

/** Sets a bit that the last base64 character of the signature does not need. */
function spareBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return text.replace(
    /([A-Za-z0-9+/])(=+)\n$/,
    (_all, last: string, pad: string) => `${alphabet[alphabet.indexOf(last) | 1]}${pad}\n`,
  );
}
