import { Agent as PlainAgent, request as plain, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { refusalOfAddress } from '../domain/address';
import { EgressResolver, type ResolverSettings } from './resolver';

export interface ProbeRequest {
  url: string;
  maxBytes: number;
  timeoutMs: number;
  /** With it a POST of these bytes: a question to an OCSP responder is asked that way. */
  post?: { type: string; bodyBase64: string };
}

export interface ProbeAnswer {
  status: number;
  headers: [string, string][];
  bodyBase64: string;
  ip: string;
  /** Present when no packet was sent. */
  refused?: string;
  error?: string;
}

const NOTHING = { status: 0, headers: [], bodyBase64: '', ip: '' };

/**
 * One plain GET or POST behind the same address rules as a capture; redirects are answered, not followed. For proofs of control of a
 * site, and for what issuers say of certificates.
 */
export async function probe(
  { url, maxBytes, timeoutMs, post }: ProbeRequest,
  rules: ResolverSettings,
  now: () => Date,
): Promise<ProbeAnswer> {
  const malformed = refusalOfAddress(url);
  if (malformed) return { ...NOTHING, refused: malformed };
  const target = new URL(url);
  const tls = target.protocol === 'https:';
  const port = Number(target.port) || (tls ? 443 : 80);
  const resolution = await new EgressResolver(rules, now).resolve(target.hostname, port);
  if ('refused' in resolution) return { ...NOTHING, refused: resolution.refused };
  if ('failed' in resolution) return { ...NOTHING, error: resolution.failed };
  const { address, port: connectPort } = resolution.target;
  const body = post && Buffer.from(post.bodyBase64, 'base64');
  const name = target.hostname.replace(/^\[|\]$/g, '');
  const agent = new (tls ? SecureAgent : PlainAgent)({ keepAlive: false });
  // The checked address, not the name: nothing is resolved a second time.
  agent.createConnection = () => {
    const socket = connect({ host: address, port: connectPort });
    return tls ? connectTls({ socket, ALPNProtocols: ['http/1.1'], ...(isIP(name) ? {} : { servername: name }) }) : socket;
  };
  return new Promise((done) => {
    const asked = (tls ? secure : plain)({
      agent,
      host: target.hostname,
      method: body ? 'POST' : 'GET',
      path: `${target.pathname}${target.search}`,
      headers: {
        Host: target.host,
        Accept: '*/*',
        'Accept-Encoding': 'identity',
        Connection: 'close',
        ...(body && { 'Content-Type': post.type, 'Content-Length': String(body.length) }),
      },
    });
    const timer = setTimeout(() => asked.destroy(new Error('timeout')), timeoutMs);
    asked.on('error', (error) => {
      clearTimeout(timer);
      done({ ...NOTHING, ip: address, error: error.message });
    });
    asked.on('response', (answer) => {
      void bounded(answer, maxBytes).then((body) => {
        clearTimeout(timer);
        asked.destroy();
        done({
          status: answer.statusCode ?? 0,
          headers: pairs(answer.rawHeaders),
          bodyBase64: body.toString('base64'),
          ip: address,
        });
      });
    });
    asked.end(body);
  });
}

function bounded(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = () => done(Buffer.concat(chunks).subarray(0, maxBytes));
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxBytes) end();
    });
    answer.on('end', end);
    answer.on('close', end);
    answer.on('error', end);
  });
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, at) => [raw[2 * at] as string, raw[2 * at + 1] as string]);
}
