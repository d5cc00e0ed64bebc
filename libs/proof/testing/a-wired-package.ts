import { concat, utf8 } from '../bytes';
import { digestsOf, hexDigest } from '../digests';
import { jsonLines } from '../strict-json';
import { aManifest } from './a-manifest';
import { aStampedPackage, type StampedOptions, type StampedPackage } from './a-stamped-package';
import { aTls, siteCertificate } from './a-tls';
import { SCREEN, theRecords, type WaczRecord } from './a-wacz';
import { pcapOf } from './a-wire';

const PAGE = utf8('<!doctype html><title>示例商店</title><img src="/logo.svg">');
const LOGO = utf8('<svg xmlns="http://www.w3.org/2000/svg"/>');
const ADDRESS = '192.0.2.7';

interface Spoken {
  /** How it crossed the network; `0` is plain HTTP. */
  tls: '0' | '1.2' | '1.3';
  path: string;
  status: number;
  headers: [string, string][];
  body: Uint8Array;
}

/** A redirect in clear text, then the page over TLS 1.3, and a picture over TLS 1.2: what an ordinary visit leaves. */
const SPOKEN: Spoken[] = [
  { tls: '0', path: '/', status: 301, headers: [['Location', 'https://shop.test/']], body: utf8('moved') },
  { tls: '1.3', path: '/', status: 200, headers: [['Content-Type', 'text/html; charset=utf-8']], body: PAGE },
  { tls: '1.2', path: '/logo.svg', status: 200, headers: [['Content-Type', 'image/svg+xml']], body: LOGO },
];

const urlOf = ({ tls, path }: Spoken) => `http${tls === '0' ? '' : 's'}://shop.test${path}`;
const portOf = ({ tls }: Spoken) => (tls === '0' ? 80 : 443);
const fieldsOf = ({ headers, body }: Spoken): [string, string][] => [...headers, ['Content-Length', String(body.length)]];
const ID = (n: number) => `<urn:uuid:00000000-0000-4000-9000-${String(n).padStart(12, '0')}>`;
const ASKED: [string, string][] = [
  ['Host', 'shop.test'],
  ['Accept', '*/*'],
];

function headOf(first: string, fields: [string, string][]): string {
  return `${first}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** A whole package with `wire/`: raw bytes of the network with the secrets of TLS, which V11 opens. Its bytes are the same on every machine. */
export function aWiredPackage(changes: Pick<StampedOptions, 'record' | 'manifest'> = {}): Promise<StampedPackage> {
  const leaf = siteCertificate();
  const leafSha256 = hexDigest('sha256', leaf);
  const spoken = SPOKEN.map((one, n) => {
    const request = headOf(`GET ${one.path} HTTP/1.1`, ASKED);
    const answer = headOf(`HTTP/1.1 ${one.status} Said`, fieldsOf(one));
    const [sent, received] = [utf8(request), concat(utf8(answer), one.body)];
    const { chunks, keylog } =
      one.tls === '0'
        ? { chunks: [sent, received].map((bytes, i) => ({ out: i === 0, bytes })), keylog: '' }
        : aTls(one.tls, sent, received, 80 + 10 * n);
    return { ...one, request, answer, chunks, keylog, port: portOf(one), address: ADDRESS.split('.').map(Number) };
  });
  const tlsOf = ({ tls }: Spoken) => (tls === '0' ? null : { protocol: `TLS ${tls}`, cipher: 'AES_128_GCM', leafSha256 });
  const lines = spoken.map((one, n) => ({
    n: n + 1,
    url: urlOf(one),
    method: 'GET',
    requestHeaders: ASKED,
    requestBodySha256: null,
    status: one.status,
    protocol: 'http/1.1',
    responseHeaders: fieldsOf(one),
    ip: ADDRESS,
    port: one.port,
    connection: n + 1,
    tls: tlsOf(one),
    source: 'network',
    decodedBytes: one.body.length,
    ...digestsOf(one.body),
    truncated: '',
    outcome: 'ok',
    warcRecord: ID(3 * n),
  }));
  const place: [string, string][] = [['WARC-IP-Address', ADDRESS]];
  const records = spoken.flatMap((one, n): WaczRecord[] => [
    {
      type: 'response',
      id: ID(3 * n),
      uri: urlOf(one),
      contentType: 'application/http; msgtype=response',
      further: place,
      head: one.answer,
      payload: one.body,
    },
    {
      type: 'request',
      id: ID(3 * n + 1),
      uri: urlOf(one),
      contentType: 'application/http; msgtype=request',
      further: [...place, ['WARC-Concurrent-To', ID(3 * n)]],
      head: one.request,
      payload: new Uint8Array(),
    },
    {
      type: 'metadata',
      id: ID(3 * n + 2),
      uri: urlOf(one),
      contentType: 'application/warc-fields',
      payload: utf8('outcome: ok\r\n'),
    },
  ]);
  const [info, screen] = [theRecords()[0]!, theRecords().at(-1)!];
  const navigation = {
    ...aManifest({}).navigation!,
    urlFinal: 'https://shop.test/',
    redirects: ['http://shop.test/'],
    tls: {
      protocol: 'TLS 1.3',
      cipher: 'AES_128_GCM',
      leafSha256,
      issuer: 'CN=shop.test',
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2027-01-01T00:00:00.000Z',
      errors: [],
    },
  };
  return aStampedPackage({
    wacz: { records: () => [info, ...records, screen] },
    record: {
      'content/screen/first.png': SCREEN,
      'record/exchanges.jsonl': jsonLines(lines),
      [`record/tls/${leafSha256}.der`]: leaf,
      'wire/capture.pcap': pcapOf(spoken),
      'wire/keylog.txt': utf8(spoken.map(({ keylog }) => keylog).join('')),
      ...changes.record,
    },
    manifest: { navigation, ...changes.manifest },
  });
}
