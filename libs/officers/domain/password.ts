import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>;

/** RFC 9106 section 4, second recommended option (64 MiB, 3 passes), with two lanes for our two cores. */
const COST = { memory: 65_536, passes: 3, parallelism: 2, tagLength: 32 } as const;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** PHC string of `password`, with a fresh salt. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: password, nonce, ...COST });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${bare(nonce)}$${bare(tag)}`;
}

/** Whether `password` is the one of `phc`; false, after the same work, when `phc` is null: an unknown account costs as much as a known one. */
export async function isPassword(password: string, phc: string | null): Promise<boolean> {
  const parts = PHC.exec(phc ?? UNKNOWN);
  if (!parts) throw new TypeError('not an argon2id hash');
  const [, memory, passes, parallelism, salt, tag] = parts as unknown as [string, string, string, string, string, string];
  const expected = Buffer.from(tag, 'base64');
  const found = await derive('argon2id', {
    message: password,
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  });
  return timingSafeEqual(found, expected) && phc !== null;
}

/** Why a password is not accepted, in the order of checking; null when it is (product design section 9, identity). */
export function passwordFault(
  password: string,
  account: string,
): 'tooShort' | 'tooLong' | 'tooSimple' | 'containsAccount' | null {
  if ([...password].length < 12) return 'tooShort';
  if (password.length > 200) return 'tooLong';
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u].filter((kind) => kind.test(password)).length;
  if (kinds < 3 || new Set(password).size < 6) return 'tooSimple';
  return password.toLowerCase().includes(account) ? 'containsAccount' : null;
}

const bare = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

const UNKNOWN = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${bare(Buffer.alloc(16, 7))}$${bare(Buffer.alloc(32, 7))}`;
