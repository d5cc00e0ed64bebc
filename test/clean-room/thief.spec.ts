import {
  aStampedPackage,
  authorityWithAnswers,
  aWholeReport,
  type Files,
  lasting,
  PACKAGE_ID,
  reportRoot,
  sealed,
  type StampedOptions,
  testKeys,
} from '../../libs/proof/testing';
import { digestsOf, signNote } from '../../libs/proof';
import { differences, type Question } from './support';

const AT = '2026-11-23T00:00:00.000Z';
const EACH = Number(process.env.AGREEMENT_CASES ?? 100);
const VALUES = [null, true, false, 0, 1, -1, 2 ** 53 - 1, '', 'x', 'é', [], {}, [null], { a: 1 }];
const PIECES = ['0', 'a', '\n', ' ', '"', '\r\n', '\0', 'é', '=', '+', '{', '—'];

/**
 * Somebody who holds the keys of the seal and of the worker changes a file and makes every outer digest right again: what stands behind the
 * digests decides. Both verifiers have to say the same of it, in the same order.
 */
describe('two verifiers, on what a thief with keys makes', () => {
  it('I-19, F20: agree on proofs, tokens, custody, each changed and sealed again', async () => {
    const forge = await Forge.open(1);
    const paths = forge.paths(/^(proofs|trust|report)\//);
    expect(await differences(await forge.many(EACH, (files) => forge.change(files, forge.of(paths))))).toEqual([]);
  }, 600_000);

  it('I-19, F17: agree on manifests that the worker would have signed', async () => {
    const forge = await Forge.open(2);
    const made = await forge.many(EACH, async (files) => forge.signed(forge.change(files, 'MANIFEST.json')));
    expect(await differences(made)).toEqual([]);
  }, 600_000);

  it('I-19, F21: agree on records and archives, each changed and signed again', async () => {
    const forge = await Forge.open(3);
    const paths = forge.paths(/^(content|record)\//);
    const made = await forge.many(EACH, async (files) => {
      const path = forge.of(paths);
      return forge.signed(relisted(forge.change(files, path), path));
    });
    expect(await differences(made)).toEqual([]);
  }, 600_000);

  it('I-19, F22: agree on reports that last and on what issuers said, each changed and sealed again', async () => {
    const { stamp, entry, list, madeAnswer, authority } = authorityWithAnswers({ responderUrls: ['http://answers.test/'] });
    const lists = [list({ from: '2026-11-22T00:00:00.000Z', to: '2026-11-29T00:00:00.000Z' })];
    const answers = [madeAnswer({ thisUpdate: '2026-11-22T05:00:00.000Z' })];
    const dated = (bytes: Uint8Array): Uint8Array => stamp(bytes, 'sha256', '2026-11-22T06:59:00.000Z');
    const forge = await Forge.open(4, {
      authority: { stamp, entry },
      files: (all) => ({
        ...all,
        'trust/crl-0.der': lists[0]!,
        'trust/ocsp-0.der': answers[0]!,
        'report/report.pdf': lasting(aWholeReport(all['MANIFEST.json']!), dated, {
          certificates: [authority.root],
          lists,
          answers,
        }),
      }),
    });
    const paths = forge.paths(/^(trust|report)\//);
    expect(paths).toHaveLength(3);
    const made = await forge.many(EACH, (files) => forge.change(files, forge.of([...paths, 'report/report.pdf'])));
    expect(await differences(made)).toEqual([]);
  }, 600_000);
});

class Forge {
  private constructor(
    private readonly base: Files,
    private readonly bundle: Question['bundle'],
    private state: number,
  ) {}

  static async open(seed: number, options: StampedOptions = {}): Promise<Forge> {
    const later = [
      ['2026-11-22T05:00:00.000Z', 'evidence.confirmed', { by: 'party' }],
      ['2026-11-22T06:00:00.000Z', 'evidence.sealed', {}],
    ] as [string, 'evidence.confirmed' | 'evidence.sealed', Record<string, unknown>][];
    const { files, bundle } = await aStampedPackage({ later, ...options });
    return new Forge(files, { ...bundle, x509Roots: [reportRoot()] }, seed);
  }

  paths(pattern: RegExp): string[] {
    return Object.keys(this.base).filter((path) => pattern.test(path));
  }

  of<T>(items: readonly T[]): T {
    return items[this.random(items.length)]!;
  }

  async many(count: number, make: (files: Files) => Files | Promise<Files>) {
    const [, events, lastEntrySha256] = /custody (\d+) ([0-9a-f]{64})/.exec(textOf(this.base['SEAL']!))!;
    const custody = { events: Number(events), lastEntrySha256: lastEntrySha256! };
    const made: (Question & { name: string })[] = [];
    for (let n = 0; n < count; n++) {
      const { SEAL: _seal, ...files } = await make({ ...this.base });
      const level = (1 + this.random(5)) as Question['level'];
      const input = await sealed(files, { custody, at: '2026-11-22T07:00:00.000Z' });
      made.push({ name: `case ${n}`, input, bundle: this.bundle, at: AT, level, checkpoints: [] });
    }
    return made;
  }

  change(files: Files, path: string): Files {
    const bytes = files[path]!;
    if (/\.(tsr|der|pdf|wacz|png)$/.test(path)) return { ...files, [path]: this.bytes(bytes) };
    const text = textOf(bytes);
    if (path.endsWith('.json') && this.random(2)) return { ...files, [path]: Buffer.from(written(this.json(JSON.parse(text)))) };
    if (path.endsWith('.jsonl') && this.random(3)) {
      const lines = text.trimEnd().split('\n');
      const n = this.random(lines.length);
      lines[n] = written(this.json(JSON.parse(lines[n]!)));
      return { ...files, [path]: Buffer.from(`${lines.join('\n')}\n`) };
    }
    return { ...files, [path]: Buffer.from(this.text(text)) };
  }

  /** MANIFEST.sig over the manifest as it is now, by hand: the text is that of docs/evidence.md. */
  async signed(files: Files): Promise<Files> {
    const manifest = files['MANIFEST.json']!;
    const { sha256, sm3 } = digestsOf(manifest);
    const lines = ['evidence-manifest-sig/1', PACKAGE_ID, `size ${manifest.length}`, `sha256 ${sha256}`, `sm3 ${sm3}`];
    const text = `${lines.join('\n')}\nsigners ${testKeys.worker.name}\n`;
    return { ...files, 'MANIFEST.sig': await signNote(text, [testKeys.worker]) };
  }

  private random(n: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * n);
  }

  private bytes(bytes: Uint8Array): Uint8Array {
    const at = this.random(bytes.length);
    const kind = this.random(4);
    if (kind === 2) return Uint8Array.from(bytes.subarray(0, at));
    if (kind === 3) return Buffer.concat([bytes.subarray(0, at), Buffer.from([this.random(256)]), bytes.subarray(at)]);
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 1 << this.random(8);
    return flipped;
  }

  private text(text: string): string {
    const at = this.random(text.length + 1);
    const lines = text.split('\n');
    const n = this.random(lines.length);
    const other = this.random(lines.length);
    switch (this.random(7)) {
      case 0:
        return text.slice(0, at) + text.slice(at + 1);
      case 1:
        return text.slice(0, at) + this.of(PIECES) + text.slice(at);
      case 2:
        return lines.toSpliced(n, 1).join('\n');
      case 3:
        return lines.toSpliced(n, 0, lines[other]!).join('\n');
      case 4:
        return lines.with(n, lines[other]!).with(other, lines[n]!).join('\n');
      case 5:
        return text.slice(0, at);
      default: {
        const numbers = [...text.matchAll(/\d+/g)];
        const number = numbers.length ? this.of(numbers) : null;
        if (!number) return `${text}1`;
        const values = ['0', '00', '-1', '9007199254740993', String(Number(number[0]) + 1)];
        return text.slice(0, number.index) + this.of(values) + text.slice(number.index + number[0].length);
      }
    }
  }

  /** One place of the value is taken away, or becomes something else, or something is put beside it. */
  private json(value: unknown): unknown {
    const root = { value };
    const places: { holder: Record<string, unknown>; key: string }[] = [];
    const walk = (holder: Record<string, unknown>, key: string) => {
      places.push({ holder, key });
      const inner = holder[key];
      if (inner !== null && typeof inner === 'object') {
        for (const name of Object.keys(inner)) walk(inner as Record<string, unknown>, name);
      }
    };
    walk(root, 'value');
    const { holder, key } = this.of(places);
    const inner = holder[key];
    const kind = this.random(4);
    if (kind === 0 && Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (kind === 0 && holder !== root) delete holder[key];
    else if (kind === 1 && typeof inner === 'number') holder[key] = inner + this.of([1, -1, 1000]);
    else if (kind === 1 && typeof inner === 'string') holder[key] = this.text(inner);
    else if (kind === 2 && inner !== null && typeof inner === 'object') {
      if (Array.isArray(inner)) inner.push(this.of(VALUES));
      else (inner as Record<string, unknown>)[this.of(['z', 'extra', 'A'])] = this.of(VALUES);
    } else holder[key] = this.of(VALUES);
    return root.value;
  }
}

/** The manifest names the changed file with its new size and digests. */
function relisted(files: Files, path: string): Files {
  const manifest = JSON.parse(textOf(files['MANIFEST.json']!)) as { files: Record<string, unknown>[] };
  const bytes = files[path]!;
  for (const item of manifest.files) if (item['path'] === path) Object.assign(item, { size: bytes.length, ...digestsOf(bytes) });
  return { ...files, 'MANIFEST.json': Buffer.from(written(manifest)) };
}

/** RFC 8785 for what has no fractions. Written here: the forger uses nothing of those who are judged. */
function written(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${written((value as Record<string, unknown>)[key])}`).join(',')}}`;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
