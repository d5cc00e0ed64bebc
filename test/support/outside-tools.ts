import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { WARCParser } from 'warcio';
import { parseConsistency, parseNote, parseSeal, parseTlogProof, parseTrustBundle } from '../../libs/proof';

export const hasTool = (...command: [string, ...string[]]): boolean => {
  const { error, status } = spawnSync(command[0], command.slice(1));
  return !error && status !== null && status < 100;
};

/** An export unpacked by `unzip`, and what tools that share no line with us say about it. */
export class Unpacked {
  readonly folder = mkdtempSync(join(tmpdir(), 'outside-'));
  readonly files: { path: string; sha256: string; sm3: string }[];

  constructor(evp: string) {
    execFileSync('unzip', ['-q', evp, '-d', this.folder]);
    this.files = parseSeal(parseNote(this.read('SEAL')).text).files;
  }

  read(path: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.folder, path)));
  }

  has(path: string): boolean {
    return this.files.some((file) => file.path === path);
  }

  private run(command: string, ...argv: string[]): string {
    return execFileSync(command, argv, { cwd: this.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Empty when `sha256sum` finds nothing wrong with the list cut from SEAL. */
  sha256sum(): string {
    writeFileSync(join(this.folder, 'list'), this.files.map(({ sha256, path }) => `${sha256}  ${path}\n`).join(''));
    return this.run('sha256sum', '-c', '--quiet', 'list');
  }

  /** Paths of which `openssl dgst -sm3` says something else than SEAL. */
  otherSm3(): string[] {
    const lines = this.run('openssl', 'dgst', '-sm3', '-r', ...this.files.map(({ path }) => path)).split('\n');
    return this.files.filter(({ sm3, path }) => !lines.includes(`${sm3} *${path}`)).map(({ path }) => path);
  }

  /** Every token with what `openssl ts -verify` says of it. */
  tokens(trustFile: string): Record<string, string> {
    const { tsa } = parseTrustBundle(new Uint8Array(readFileSync(trustFile)));
    const pem = tsa.map(
      ({ root }) => `-----BEGIN CERTIFICATE-----\n${root.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    );
    writeFileSync(join(this.folder, 'roots.pem'), pem.join(''));
    // Without a step from an older checkpoint the newest one is that of the custody proof.
    const grown = this.has('proofs/consistency.txt')
      ? parseConsistency(this.read('proofs/consistency.txt')).at(-1)?.checkpoint
      : null;
    const newest = grown ?? parseTlogProof(this.read('proofs/custody.tlog-proof')).checkpoint;
    writeFileSync(join(this.folder, 'newest.txt'), newest);
    const stamped = (path: string) =>
      path === 'record/before/pre.tsr' ? 'record/request.json' : path === 'proofs/checkpoint.tsr' ? 'newest.txt' : 'MANIFEST.sig';
    const tokens = this.files.map(({ path }) => path).filter((path) => /\.tsr$/.test(path) || /\/token\.tsr$/.test(path));
    const said = tokens.map((path) => {
      const argv = ['ts', '-verify', '-in', path, '-data', stamped(path), '-CAfile', 'roots.pem'];
      const { stdout, stderr } = spawnSync('openssl', argv, { cwd: this.folder, encoding: 'utf8' });
      return [path, /Verification: OK/.test(stdout) ? 'OK' : stdout + stderr];
    });
    return Object.fromEntries(said) as Record<string, string>;
  }

  pdfsig(): string {
    return spawnSync('pdfsig', ['-nocert', 'report/report.pdf'], { cwd: this.folder, encoding: 'utf8' }).stdout;
  }

  /** Types of the records that warcio finds in the archive, in their order. */
  async warcTypes(): Promise<string[]> {
    this.run('unzip', '-q', 'content/capture.wacz', '-d', 'wacz');
    const stream = Readable.toWeb(createReadStream(join(this.folder, 'wacz/archive/data.warc.gz')));
    const types: string[] = [];
    for await (const record of new WARCParser(stream as never)) {
      await record.readFully(false);
      types.push(record.warcType ?? '');
    }
    return types;
  }
}
