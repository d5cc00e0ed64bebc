import type koffi from 'koffi';

type Koffi = typeof koffi;
type Call = (...args: unknown[]) => number;

/** Places in CK_FUNCTION_LIST of PKCS#11 2.x, and the C signatures of the few calls that signing needs. */
const CALLS = {
  initialize: [0, 'unsigned long F0(void *args)'],
  getSlotList: [4, 'unsigned long F4(uint8_t present, void *slots, void *count)'],
  getTokenInfo: [6, 'unsigned long F6(unsigned long slot, void *info)'],
  openSession: [12, 'unsigned long F12(unsigned long slot, unsigned long flags, void *app, void *notify, void *session)'],
  closeSession: [13, 'unsigned long F13(unsigned long session)'],
  login: [18, 'unsigned long F18(unsigned long session, unsigned long user, void *pin, unsigned long length)'],
  getAttributeValue: [
    24,
    'unsigned long F24(unsigned long session, unsigned long object, CK_ATTRIBUTE *list, unsigned long count)',
  ],
  findObjectsInit: [26, 'unsigned long F26(unsigned long session, CK_ATTRIBUTE *list, unsigned long count)'],
  findObjects: [27, 'unsigned long F27(unsigned long session, void *found, unsigned long max, void *count)'],
  findObjectsFinal: [28, 'unsigned long F28(unsigned long session)'],
  signInit: [42, 'unsigned long F42(unsigned long session, CK_MECHANISM *mechanism, unsigned long key)'],
  sign: [
    43,
    'unsigned long F43(unsigned long session, void *data, unsigned long length, void *signature, void *signatureLength)',
  ],
} as const;

const WORD = 8;
const OK = 0;
const ALREADY_INITIALIZED = 0x191;
const ALREADY_LOGGED_IN = 0x100;
const SERIAL_SESSION = 4;
const USER = 1;
const EDDSA = 0x1057;
const ATTRIBUTE = { class: 0x0, label: 0x3, sensitive: 0x103, extractable: 0x162, ecPoint: 0x181 } as const;

export const OBJECT_CLASS = { publicKey: 2, privateKey: 3 } as const;

/** A token said no; `code` is the CKR value of PKCS#11. */
export class Pkcs11Fault extends Error {
  constructor(
    call: string,
    readonly code: number,
  ) {
    super(`the key device refused ${call}: 0x${code.toString(16)}`);
  }
}

/** The library of a key device, spoken to over its C interface. Loaded only where a key is configured to live in such a device. */
export class Pkcs11Library {
  private constructor(private readonly calls: Record<keyof typeof CALLS, Call>) {}

  /** @throws when koffi is not installed, the file is no PKCS#11 library, or 64-bit longs are not what this machine has. */
  static async load(path: string): Promise<Pkcs11Library> {
    const native = (await import('koffi')).default;
    if (native.sizeof('unsigned long') !== WORD) throw new Error('PKCS#11 is spoken on 64-bit machines of the Unix kind only');
    defineTypes(native);
    const list: unknown[] = [null];
    const getList = native.load(path).func('unsigned long C_GetFunctionList(_Out_ void **list)') as Call;
    demand('C_GetFunctionList', getList(list));
    const bind = ([place, signature]: readonly [number, string]): Call => {
      const pointer = native.decode(list[0], WORD + place * WORD, 'void *') as unknown;
      return native.decode(pointer, native.proto(unique(signature))) as Call;
    };
    const entries = Object.entries(CALLS).map(([name, call]) => [name, bind(call)] as const);
    const library = new Pkcs11Library(Object.fromEntries(entries) as Record<keyof typeof CALLS, Call>);
    const state = library.calls.initialize(null);
    if (state !== ALREADY_INITIALIZED) demand('C_Initialize', state);
    return library;
  }

  /** A session at the token of that label, with the PIN shown. */
  open(label: string, pin: string): number {
    const slot = this.slots().find((candidate) => this.labelOf(candidate) === label);
    if (slot === undefined) throw new Error(`no token "${label}" is there`);
    const session = Buffer.alloc(WORD);
    this.call('openSession', slot, SERIAL_SESSION, null, null, session);
    const handle = wordOf(session);
    const secret = Buffer.from(pin);
    const state = this.calls.login(handle, USER, secret, secret.length);
    if (state !== ALREADY_LOGGED_IN) demand('login', state);
    return handle;
  }

  close(session: number): void {
    this.call('closeSession', session);
  }

  /** The one object of that class and label. */
  find(session: number, kind: number, label: string): number {
    const wanted = [attribute(ATTRIBUTE.class, word(kind)), attribute(ATTRIBUTE.label, Buffer.from(label))];
    this.call('findObjectsInit', session, wanted, wanted.length);
    const [found, count] = [Buffer.alloc(2 * WORD), Buffer.alloc(WORD)];
    this.call('findObjects', session, found, 2, count);
    this.call('findObjectsFinal', session);
    if (wordOf(count) !== 1) throw new Error(`the token has ${wordOf(count) || 'no'} objects "${label}"`);
    return wordOf(found);
  }

  /** Ed25519 public key of a public key object. */
  publicPoint(session: number, object: number): Uint8Array {
    const value = Buffer.alloc(34);
    this.call('getAttributeValue', session, object, [attribute(ATTRIBUTE.ecPoint, value)], 1);
    // The standard wraps the point into an OCTET STRING; some devices give it bare.
    return new Uint8Array(value[0] === 0x04 && value[1] === 0x20 ? value.subarray(2) : value.subarray(0, 32));
  }

  /** Whether the device keeps the private key to itself. */
  isKept(session: number, object: number): boolean {
    const [sensitive, extractable] = [Buffer.alloc(1), Buffer.alloc(1)];
    const asked = [attribute(ATTRIBUTE.sensitive, sensitive), attribute(ATTRIBUTE.extractable, extractable)];
    this.call('getAttributeValue', session, object, asked, asked.length);
    return sensitive[0] === 1 && extractable[0] === 0;
  }

  /** Pure Ed25519 over the message, made inside the device. */
  signEd25519(session: number, key: number, message: Uint8Array): Uint8Array {
    this.call('signInit', session, { mechanism: EDDSA, parameter: null, length: 0 }, key);
    const [signature, length] = [Buffer.alloc(64), word(64)];
    this.call('sign', session, Buffer.from(message), message.length, signature, length);
    if (wordOf(length) !== 64) throw new Error(`the device gave a signature of ${wordOf(length)} bytes`);
    return new Uint8Array(signature);
  }

  private slots(): number[] {
    const count = Buffer.alloc(WORD);
    this.call('getSlotList', 1, null, count);
    const slots = Buffer.alloc(WORD * Math.max(1, wordOf(count)));
    this.call('getSlotList', 1, slots, count);
    return Array.from({ length: wordOf(count) }, (_, i) => Number(slots.readBigUInt64LE(i * WORD)));
  }

  /** CK_TOKEN_INFO begins with the label, 32 characters padded with spaces. */
  private labelOf(slot: number): string {
    const info = Buffer.alloc(512);
    this.call('getTokenInfo', slot, info);
    return info.toString('utf8', 0, 32).trimEnd();
  }

  private call(name: keyof typeof CALLS, ...args: unknown[]): void {
    demand(name, this.calls[name](...args));
  }
}

function demand(call: string, state: number): void {
  if (state !== OK) throw new Pkcs11Fault(call, state);
}

let isTyped = false;
let protos = 0;

/** Types of koffi are named once a process. */
function defineTypes(native: Koffi): void {
  if (isTyped) return;
  isTyped = true;
  native.struct('CK_ATTRIBUTE', { type: 'unsigned long', value: 'void *', length: 'unsigned long' });
  native.struct('CK_MECHANISM', { mechanism: 'unsigned long', parameter: 'void *', length: 'unsigned long' });
}

function unique(signature: string): string {
  protos += 1;
  return signature.replace(/ F\d+\(/, ` Pkcs11Call${protos}(`);
}

function attribute(type: number, value: Buffer): { type: number; value: Buffer; length: number } {
  return { type, value, length: value.length };
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(WORD);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function wordOf(bytes: Buffer): number {
  return Number(bytes.readBigUInt64LE(0));
}
