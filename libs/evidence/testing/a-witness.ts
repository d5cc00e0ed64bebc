import { createPrivateKey, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  concat,
  type Head,
  noteBytes,
  openCheckpoint,
  parseConsistency,
  textOf,
  utf8,
  verifierOf,
  verifierOfKey,
  verifyConsistency,
} from '../../proof';

export interface AWitness {
  name: string;
  vkey: string;
  /** One line of `WITNESS_URLS`. */
  line: string;
  /** What the witness has signed, by origin. */
  heads: Map<string, Head>;
  /** While true, it is away. */
  away: boolean;
  close(): void;
}

/** A C2SP witness: signs a checkpoint only when it grows, by proof, out of the one that it signed before. */
export async function aWitness(name: string, logKey: string, now: () => Date): Promise<AWitness> {
  const seed = Buffer.alloc(32, 42);
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url'));
  const verifier = verifierOfKey(name, 'cosignature', publicKey);
  const witness: AWitness = { name, vkey: verifier.vkey, line: '', heads: new Map(), away: false, close: () => server.close() };

  const addCheckpoint = (body: Uint8Array): { status: number; text: string } => {
    const [step] = parseConsistency(body);
    if (!step) return { status: 400, text: '' };
    const { checkpoint } = openCheckpoint(step.checkpoint, verifierOf(logKey));
    const known = witness.heads.get(checkpoint.origin);
    if ((known?.size ?? 0) !== step.old) return { status: 409, text: `${known?.size ?? 0}\n` };
    if (known && !verifyConsistency('sha256', known, checkpoint, step.hashes)) return { status: 422, text: '' };
    witness.heads.set(checkpoint.origin, checkpoint);
    const text = textOf(step.checkpoint).split('\n\n')[0] + '\n';
    const seconds = Buffer.alloc(8);
    seconds.writeBigUInt64BE(BigInt(Math.floor(now().getTime() / 1000)));
    const message = `cosignature/v1\ntime ${seconds.readBigUInt64BE()}\n${text}`;
    const signature = concat(new Uint8Array(seconds), new Uint8Array(sign(null, Buffer.from(message), key)));
    const note = textOf(noteBytes({ text, signatures: [{ name, keyId: verifier.keyId, signature }] }));
    return { status: 200, text: note.slice(text.length + 1) };
  };

  const server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (witness.away) return void reply.writeHead(503).end();
      if (request.method !== 'POST' || request.url !== '/add-checkpoint') return void reply.writeHead(404).end();
      try {
        const { status, text } = addCheckpoint(new Uint8Array(Buffer.concat(chunks)));
        reply.writeHead(status).end(Buffer.from(utf8(text)));
      } catch {
        reply.writeHead(403).end();
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  witness.line = `${name}|http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return witness;
}
