import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import {
  BrowserPool,
  captureConfig,
  capturePage,
  SelfTestDesk,
  parseAllowedNet,
  workerKey,
  type CaptureConfig,
  type CaptureOrder,
  type CaptureResult,
  type Maker,
  type Profile,
} from '../../../libs/capture';
import { SystemClock } from '../../../libs/kernel';
import {
  digestsOf,
  fileSource,
  folderFiles,
  jsonBytes,
  sealText,
  signNote,
  streamOut,
  surveyFiles,
  writeContainer,
  type NoteKey,
} from '../../../libs/proof';

const USAGE = `nms capture <url> --out <dir> [--profile desktop|mobile] [--allow-net <cidr[:port]>…] [--maker <name,certificate>…]
            [--pass-certificate-errors <reason>] [--json]
  取证一个网页，写出证据包（.evp）及其中各文件；退出码：0 完整，4 部分，5 拒绝，1 失败，3 用法有误
  Captures one page and writes the package (.evp) and its files; exit 0 complete, 4 partial, 5 refused, 1 failed, 3 usage
  --pass-certificate-errors：网站证书无效仍继续，理由写入请求，错误逐一记入清单
  goes on where the certificate of a site is not valid; the reason stands in the request, each error in the manifest
nms capture --self-test [--json]
  对内置网页取证，与标准值逐字节、逐像素比较；退出码：0 相同，1 不同
  Captures the built-in page and compares every body and pixel with the golden ones; exit 0 equal, 1 different`;

const EXIT = { complete: 0, partial: 4, refused: 5, failed: 1 } as const;
const DOMAIN = 'local.invalid';

/** One capture by the same code as the worker's, without server or database. Signed with a key kept in `<out>/keys`. */
export async function captureCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--self-test')) return selfTestCommand(argv.filter((word) => word !== '--self-test'));
  const options = optionsOf(argv);
  if (typeof options === 'string') {
    const help = options === '';
    (help ? process.stdout : process.stderr).write(`${help ? '' : `${options}\n`}${USAGE}\n`);
    return help ? 0 : 3;
  }
  const { url, out, profile, allowNet, makers, passCertificateErrors, json } = options;
  const clock = new SystemClock();
  const settings = captureConfig.read();
  const config = { ...settings, EGRESS_ALLOW_NET: [...settings.EGRESS_ALLOW_NET, ...allowNet] };
  await mkdir(out, { recursive: true });
  const key = workerKey(join(config.CAPTURE_KEY_DIR ?? join(out, 'keys'), 'worker-1.key'), DOMAIN);
  const order = orderOf(url, profile, makers, passCertificateErrors, clock.now());
  const stagingDir = join(out, '.staging');
  const pool = poolOf(config, clock);
  try {
    const progress = json
      ? undefined
      : (line: { type: string; step?: string; detail?: string }) =>
          line.type === 'step' && process.stderr.write(`${line.step}  ${line.detail}\n`);
    const result = await capturePage(order, {
      stagingDir,
      takeBrowser: () => pool.takeLast(),
      signers: [key],
      config,
      clock,
      ...(progress ? { progress } : {}),
    });
    const files = await placeFiles(join(stagingDir, order.packageId), out, order, result, key, clock.now());
    report(result, files, json);
    return EXIT[result.outcome];
  } finally {
    await pool.close();
    await rm(stagingDir, { recursive: true, force: true });
  }
}

async function selfTestCommand(rest: readonly string[]): Promise<number> {
  if (rest.some((word) => word !== '--json')) {
    process.stderr.write(`--self-test takes --json and nothing else\n${USAGE}\n`);
    return 3;
  }
  const clock = new SystemClock();
  const config = captureConfig.read();
  const pool = poolOf(config, clock);
  try {
    const result = await new SelfTestDesk({ config, clock, takeBrowser: () => pool.takeLast() }).result();
    const { passed, reason, bodies, pixels, browserSha256, ms } = result;
    const told = passed ? `passed: ${bodies} bodies and ${pixels} pixels equal` : `failed: ${reason}`;
    process.stdout.write(`${rest.length > 0 ? JSON.stringify(result) : `${told}\nbrowser ${browserSha256}, ${ms} ms`}\n`);
    return passed ? 0 : 1;
  } finally {
    await pool.close();
  }
}

function poolOf(config: CaptureConfig, clock: SystemClock): BrowserPool {
  return new BrowserPool(
    {
      chromiumPath: config.CHROMIUM_PATH ?? null,
      locale: config.CAPTURE_LOCALE,
      timezone: config.CAPTURE_TIMEZONE,
      memoryBytes: config.CAPTURE_MEMORY_BYTES,
      isFilmed: config.CAPTURE_VIDEO,
    },
    () => clock.now(),
  );
}

interface Options {
  url: string;
  out: string;
  profile: Profile;
  allowNet: string[];
  makers: Maker[];
  /** Why; the first maker is who decided. */
  passCertificateErrors?: string;
  json: boolean;
}

/** The options, or what is wrong with them; an empty text asks for help. */
function optionsOf(argv: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        profile: { type: 'string', default: 'desktop' },
        'allow-net': { type: 'string', multiple: true, default: [] },
        maker: { type: 'string', multiple: true, default: [] },
        'pass-certificate-errors': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return '';
    const [url, ...rest] = positionals;
    if (url === undefined || rest.length > 0) return 'one address is needed';
    if (!values.out) return '--out is needed';
    if (values.profile !== 'desktop' && values.profile !== 'mobile') return '--profile is desktop or mobile';
    const reason = values['pass-certificate-errors']?.trim();
    if (reason === '') return '--pass-certificate-errors needs a reason';
    for (const net of values['allow-net']) parseAllowedNet(net);
    return {
      url,
      out: resolve(values.out),
      profile: values.profile,
      allowNet: values['allow-net'],
      makers: makersOf(values.maker),
      ...(reason && { passCertificateErrors: reason }),
      json: values.json,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

/** 程序规定 art. 22, 26: two officers. Who runs the tool without naming them gets a package that says so. */
function makersOf(given: string[]): Maker[] {
  const texts = [...given, '未填写（主办）,未填写', '未填写（协办）,未填写'].slice(0, Math.max(2, given.length));
  return texts.map((text, at) => {
    const [name = '', certificate = ''] = text.split(',').map((part) => part.trim());
    return { name: name || '未填写', certificate: certificate || '未填写', role: 'officer', account: `command-line-${at + 1}` };
  });
}

function orderOf(url: string, profile: Profile, makers: Maker[], passErrors: string | undefined, now: Date): CaptureOrder {
  const packageId = `ev_${ulid(now)}`;
  const request = {
    v: 1 as const,
    id: packageId,
    jobId: packageId,
    url: url.toWellFormed(),
    purpose: '命令行取证',
    profile,
    ...(passErrors && { tlsOverride: { by: makers[0]!.name, reason: passErrors.toWellFormed() } }),
    caseRef: null,
    clue: '命令行取证',
    factToProve: '该网页当时的内容',
    makers,
    place: '未填写',
    requestedAt: now.toISOString(),
    nonce: randomBytes(16).toString('hex'),
  };
  return {
    packageId,
    number: `CLI-${packageId.slice(3)}`,
    kind: 'web_capture',
    request,
    // There is no ledger here: the digest of the request stands where a logged entry would be named.
    entrySha256: digestsOf(jsonBytes(request)).sha256,
    factToProve: request.factToProve,
    agency: { division: '000000', name: '未填写', ledger: 'none' },
    place: request.place,
  };
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function ulid(now: Date): string {
  let value = (BigInt(now.getTime()) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`);
  let text = '';
  for (let at = 0; at < 26; at += 1) {
    text = (CROCKFORD[Number(value & 31n)] as string) + text;
    value >>= 5n;
  }
  return text;
}

/** Loose files, and beside them the package when there is one to seal. */
async function placeFiles(staged: string, out: string, order: CaptureOrder, result: CaptureResult, key: NoteKey, now: Date) {
  const folder = join(out, order.packageId);
  await cp(staged, folder, { recursive: true });
  if (!result.manifestSha256) return { folder, package: null };
  const path = join(out, `${order.packageId}-1.evp`);
  const files = [...(await folderFiles(folder)).files.keys()].map((name) => ({
    path: name,
    source: fileSource(join(folder, name)),
  }));
  const surveyed = await surveyFiles(files);
  const manifestEntry = order.entrySha256;
  const text = sealText({
    id: order.packageId,
    export: 1,
    at: now.toISOString(),
    manifestSha256: result.manifestSha256,
    custody: { events: 0, lastEntrySha256: manifestEntry },
    signers: [key.name],
    files: surveyed.map(({ path: name, size, sha256, sm3 }) => ({ path: name, size, sha256, sm3 })),
    withheld: [],
  });
  const seal = await signNote(text, [key]);
  const stream = createWriteStream(path);
  await writeContainer([...surveyed, { path: 'SEAL', source: seal }], streamOut(stream));
  stream.end();
  await finished(stream);
  await writeTrust(join(out, 'trust.json'), key, now);
  return { folder, package: path };
}

/** What `verify-package` needs to know this key; it proves nothing to anybody who did not get it from us. */
async function writeTrust(path: string, key: NoteKey, now: Date): Promise<void> {
  const year = 365 * 86_400_000;
  const trust = {
    schema: 'evidence-trust/1',
    logs: [],
    signers: [
      {
        name: key.name,
        vkey: key.vkey,
        roles: ['worker', 'seal'],
        from: new Date(now.getTime() - year).toISOString(),
        to: new Date(now.getTime() + year).toISOString(),
        revoked: null,
      },
    ],
    tsa: [],
    x509Roots: [],
    witnesses: [],
    policy: { tokens: 0, witnesses: 0, maxLateMinutes: 10 },
    algorithms: {},
  };
  const stream = createWriteStream(path);
  stream.end(jsonBytes(trust));
  await finished(stream);
}

function report(result: CaptureResult, files: { folder: string; package: string | null }, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...result, ...files })}\n`);
    return;
  }
  process.stdout.write(`${result.outcome}${result.reason ? `: ${result.reason}` : ''}\n`);
  for (const { state, path, reason } of result.artefacts)
    process.stdout.write(`${state.padEnd(8)}${path}${reason ? `  (${reason})` : ''}\n`);
  process.stdout.write(`${files.package ?? files.folder}\n`);
}
