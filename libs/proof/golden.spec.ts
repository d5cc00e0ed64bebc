import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { textOf, utf8 } from './bytes';
import { hexDigest } from './digests';
import { checkManifest } from './manifest/check';
import { parseSeal } from './manifest/seal';
import { fileSource } from './node-files';
import { parseNote } from './note/note';
import { parseTrustBundle } from './trust-bundle';
import { bytesSource } from './source';
import { aWiredPackage, evp, goldenFiles } from './testing';
import { verifyWire } from './verify/v11-wire';
import { verifyPackage } from './verify/verify-package';

const FOLDER = join(__dirname, '../../testdata/evidence');
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(FOLDER, name)));

describe('golden packages', () => {
  it('I-03: rebuild to the bytes in the repository, schemas included', async () => {
    for (const [name, bytes] of Object.entries(await goldenFiles())) {
      expect(`${name} ${hexDigest('sha256', bytes)}`).toBe(`${name} ${hexDigest('sha256', bytesOf(name))}`);
    }
  });

  it.each([
    ['whole', 5, 'PASSED', 5],
    ['wire', 5, 'PASSED', 5],
    ['internal', 2, 'PASSED', 2],
    ['internal', 4, 'INDETERMINATE', 2],
    ['import', 2, 'PASSED', 2],
  ] as const)('%s at level %i is %s and reaches L%i', async (name, required, verdict, level) => {
    const bundle = parseTrustBundle(bytesOf(`${name}.trust.json`));
    const options = { at: new Date('2026-11-23T00:00:00.000Z'), level: required, checkpoints: [] };
    const report = await verifyPackage({ form: 'file', source: fileSource(join(FOLDER, `${name}.evp`)) }, bundle, options);
    // Nobody keeps revocation lists of the authority of the golden packages, and the verifier says so of its tokens from outside.
    const unlooked = ['manifest.sha256', 'manifest.sm3', 'checkpoint'].map((token) => [
      'REVOCATION_UNKNOWN',
      `proofs/${token}.tsr`,
    ]);
    const before = ['REVOCATION_UNKNOWN', 'record/before/pre.tsr'];
    const whole = [...unlooked.slice(0, 2), before, unlooked[2]];
    const found = { whole, wire: whole, internal: [], import: expect.any(Array) }[name];
    expect(report).toMatchObject({ verdict, level });
    expect(report.findings.map(({ code, subject }) => [code, subject])).toEqual(found);
  });

  it('the raw bytes of the network say what the record of wire.evp says, and not what another record would say', async () => {
    const bundle = parseTrustBundle(bytesOf('wire.trust.json'));
    const asked = { at: new Date('2026-11-23T00:00:00.000Z'), level: 5, checkpoints: [], wire: verifyWire } as const;
    const ask = async (evp: Uint8Array) => verifyPackage({ form: 'file', source: bytesSource(evp) }, bundle, asked);
    const report = await ask(bytesOf('wire.evp'));
    expect(report).toMatchObject({ verdict: 'PASSED', level: 5, reasons: [] });
    expect(new Set(report.findings.map(({ code }) => code))).toEqual(new Set(['REVOCATION_UNKNOWN']));
    expect(report.steps).toContainEqual({ step: 'V11', result: 'passed' });
    // A worker that had the secrets and wrote something else down: only V11 can tell.
    const { files } = await aWiredPackage();
    const told = textOf(files['record/exchanges.jsonl']!).replaceAll('"port":443', '"port":8443');
    const other = await aWiredPackage({ record: { 'record/exchanges.jsonl': utf8(told) } });
    expect((await ask(await evp(other.files))).reasons.map(({ step, code }) => `${step} ${code}`)).toEqual([
      'V11 WIRE_MISMATCH',
      'V11 WIRE_MISMATCH',
    ]);
  });

  const tshark = spawnSync('tshark', ['--version']).status === 0 ? it : it.skip;
  tshark('I-04: tshark reads the same exchanges of wire.evp (skipped without tshark)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'golden-'));
    execFileSync('unzip', ['-q', join(FOLDER, 'wire.evp')], { cwd: folder });
    const keys = ['-o', `tls.keylog_file:${join(folder, 'wire/keylog.txt')}`];
    const read = (filter: string, ...fields: string[]) =>
      execFileSync(
        'tshark',
        [
          '-r',
          join(folder, 'wire/capture.pcap'),
          ...keys,
          '-Y',
          filter,
          '-T',
          'fields',
          ...fields.flatMap((field) => ['-e', field]),
        ],
        {
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
        .toString()
        .trimEnd()
        .split('\n');
    const lines = readFileSync(join(folder, 'record/exchanges.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: number; ip: string; port: number; decodedBytes: number });
    expect(read('http.response', 'http.response.code', 'ip.src', 'tcp.srcport', 'http.content_length')).toEqual(
      lines.map(({ status, ip, port, decodedBytes }) => [status, ip, port, decodedBytes].join('\t')),
    );
    expect(read('_ws.malformed', 'frame.number')).toEqual(['']);
  });

  it('I-04: unzip, sha256sum and openssl agree with the lists of SEAL', () => {
    const folder = mkdtempSync(join(tmpdir(), 'golden-'));
    const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder }).toString();
    run('unzip', '-q', join(FOLDER, 'whole.evp'));
    const { files } = parseSeal(parseNote(new Uint8Array(readFileSync(join(folder, 'SEAL')))).text);
    writeFileSync(join(folder, 'list'), files.map(({ sha256, path }) => `${sha256}  ${path}\n`).join(''));
    expect(run('sha256sum', '-c', '--quiet', 'list')).toBe('');
    const told = run('openssl', 'dgst', '-sm3', '-r', ...files.map(({ path }) => path));
    expect(told).toBe(files.map(({ sm3, path }) => `${sm3} *${path}\n`).join(''));
  });

  it('I-04: openssl ts verifies each token of the whole package', () => {
    const folder = mkdtempSync(join(tmpdir(), 'golden-'));
    const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, stdio: 'pipe' }).toString();
    run('unzip', '-q', join(FOLDER, 'whole.evp'));
    const [tsa] = parseTrustBundle(bytesOf('whole.trust.json')).tsa;
    writeFileSync(join(folder, 'root.pem'), `-----BEGIN CERTIFICATE-----\n${tsa!.root}\n-----END CERTIFICATE-----\n`);
    const moment = String(Date.parse('2026-11-23T00:00:00Z') / 1000);
    for (const [token, stamped] of [
      ['proofs/manifest.sha256.tsr', 'MANIFEST.sig'],
      ['proofs/manifest.sm3.tsr', 'MANIFEST.sig'],
      ['record/before/pre.tsr', 'record/request.json'],
    ] as const) {
      expect(run('openssl', 'ts', '-verify', '-data', stamped, '-in', token, '-CAfile', 'root.pem', '-attime', moment)).toContain(
        'Verification: OK',
      );
    }
  });

  it('the published schema is a JSON Schema that other tools read: it names every key that the manifest has', () => {
    const schema = JSON.parse(readFileSync(join(FOLDER, 'manifest.schema.json'), 'utf8')) as {
      required: string[];
      properties: object;
    };
    const folder = mkdtempSync(join(tmpdir(), 'golden-'));
    execFileSync('unzip', ['-q', join(FOLDER, 'whole.evp'), 'MANIFEST.json'], { cwd: folder });
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'MANIFEST.json'), 'utf8'));
    expect(checkManifest(manifest)).toBeNull();
    expect([...schema.required].sort()).toEqual(Object.keys(manifest as object).sort());
    expect(Object.keys(schema.properties).sort()).toEqual([...schema.required].sort());
  });
});

describe('the published schemas, read by a validator that is not ours', () => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  const validatorOf = (name: string) => ajv.compile(JSON.parse(readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')));
  const [manifest, entry, trust] = [validatorOf('manifest'), validatorOf('entry'), validatorOf('trust')];
  const folder = (name: string) => {
    const root = mkdtempSync(join(tmpdir(), 'schema-'));
    execFileSync('unzip', ['-q', join(FOLDER, `${name}.evp`), '-d', root]);
    return root;
  };

  it.each(['whole', 'wire', 'internal', 'import'])('I-05: manifest, entries and trust bundle of %s fit', (name) => {
    const root = folder(name);
    const value = JSON.parse(readFileSync(join(root, 'MANIFEST.json'), 'utf8')) as Record<string, unknown>;
    expect([manifest(value), manifest.errors]).toEqual([true, null]);
    expect([trust(JSON.parse(readFileSync(join(FOLDER, `${name}.trust.json`), 'utf8'))), trust.errors]).toEqual([true, null]);
    if (name === 'import') return;
    const lines = readFileSync(join(root, 'proofs/custody.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect([entry((JSON.parse(line) as { entry: object }).entry), entry.errors]).toEqual([true, null]);
  });

  it('F17: an unknown key, a lost key, another type do not fit', () => {
    const value = JSON.parse(readFileSync(join(folder('whole'), 'MANIFEST.json'), 'utf8')) as Record<string, unknown>;
    const { place: _gone, ...rest } = value;
    for (const other of [{ ...value, more: 1 }, rest, { ...value, personalData: 'no' }, { ...value, files: [{ path: 'x' }] }])
      expect(manifest(other)).toBe(false);
  });
});
