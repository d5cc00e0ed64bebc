import { loadKey, type NoteSigner, verifierOfKey } from '../../proof';
import { OBJECT_CLASS, Pkcs11Library } from './pkcs11';

/**
 * The signer at a place: a key file, or a key device named by an RFC 7512 address such as
 * `pkcs11:token=nms;object=aj.test%2Fledger-1?module-path=/usr/lib/softhsm/libsofthsm2.so`. The object's label is the key's name. The
 * PIN or passphrase is never part of the place. Refuses a device that would give its private key away.
 */
export async function openSigner(place: string, secret?: string): Promise<NoteSigner> {
  if (!place.startsWith('pkcs11:')) return loadKey(place, secret);
  const known = devices.get(place) ?? openDevice(place, secret ?? '');
  devices.set(place, known);
  known.catch(() => devices.delete(place));
  return known;
}

/** One session a key and process: devices have few of them. */
const devices = new Map<string, Promise<NoteSigner>>();

async function openDevice(place: string, pin: string): Promise<NoteSigner> {
  const { token, object, modulePath } = readAddress(place);
  const device = await Pkcs11Library.load(modulePath);
  const session = device.open(token, pin);
  const publicKey = device.publicPoint(session, device.find(session, OBJECT_CLASS.publicKey, object));
  const key = device.find(session, OBJECT_CLASS.privateKey, object);
  if (!device.isKept(session, key))
    throw new Error(`${object}: the device would give this key away (not sensitive, or extractable)`);
  const verifier = verifierOfKey(object, 'ed25519', publicKey);
  const sign = (message: Uint8Array): Promise<Uint8Array> => Promise.resolve(device.signEd25519(session, key, message));
  return { ...verifier, sign };
}

function readAddress(place: string): { token: string; object: string; modulePath: string } {
  const [path = '', query = ''] = place.slice('pkcs11:'.length).split('?');
  const parts = new Map(
    [...path.split(';'), ...query.split('&')].map((part) => {
      const [name = '', value = ''] = part.split('=');
      return [name, decodeURIComponent(value)] as const;
    }),
  );
  const [token, object, modulePath] = ['token', 'object', 'module-path'].map((name) => parts.get(name));
  if (!token || !object || !modulePath) throw new Error('a key device is named by token, object and module-path');
  return { token, object, modulePath };
}
