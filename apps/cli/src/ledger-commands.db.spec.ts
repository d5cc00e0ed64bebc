import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aHouse, type House } from '../../../libs/evidence/testing';
import { checkpointText, parseConsistency, readCheckpoint, rootOf, signNote, textOf, type TreeHash } from '../../../libs/proof';
import { testKeys } from '../../../libs/proof/testing';

// The commands as somebody types them: the built program in a process of its own, on a database and a blob store with real evidence.

const ORIGIN = 'aj.test/evidence/2026';
const SCRIPT = join(__dirname, '../../../scripts/nms.mjs');

let house: House;
let packageId: string;
let size: number;
let folder: string;

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function nms(...argv: string[]): Promise<Ended> {
  const env = {
    ...process.env,
    DATABASE_URL: house.database.url,
    REDIS_URL: undefined,
    BLOB_DIR: join(house.root, 'blobs'),
    TRUST_FILE: join(house.root, 'trust.json'),
    KEY_DIR: house.root,
    AGENCY_DOMAIN: 'aj.test',
    NMS_CLOCK_FILE: join(folder, 'clock.json'),
    INIT_CWD: folder,
  };
  const child = spawn(process.execPath, [SCRIPT, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (said.out += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said.err += part));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => done({ code, ...said }));
  });
}

/** As the signer does, which this process may not call. */
async function sign(): Promise<void> {
  const { db, trees, signerDb, worker, clock } = house;
  size = await db.as(worker, (tx) => trees.size(tx, ORIGIN));
  const note = async (hash: TreeHash, origin: string): Promise<string> => {
    const read = await db.as(worker, (tx) => trees.reader(tx, ORIGIN, hash, [{ from: 0, to: size }]));
    return textOf(await signNote(checkpointText({ origin, size, root: rootOf(hash, size, read) }), [testKeys.ledger]));
  };
  const notes = [await note('sha256', ORIGIN), await note('sm3', `${ORIGIN}/sm3`)];
  await signerDb.as(worker, (tx) =>
    tx.query('INSERT INTO ledger_checkpoint (origin, size, at, note, note_sm3) VALUES ($1, $2, $3, $4, $5)', [
      ORIGIN,
      size,
      clock.now(),
      ...notes,
    ]),
  );
}

beforeAll(async () => {
  house = await aHouse();
  folder = mkdtempSync(join(tmpdir(), 'nms-commands-'));
  // The house lives in its own time.
  writeFileSync(join(folder, 'clock.json'), JSON.stringify({ offsetMs: house.clock.now().getTime() - Date.now() }));
  packageId = (await house.fixedPackage()).id;
  await house.run(() => house.sequencer.placeAll());
  await sign();
  // The first of all builds the program.
  expect(await nms()).toMatchObject({ code: 0, err: '' });
}, 300_000);

afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['an unknown verb', ['fsk'], 'fsk'],
  ['fsck with a word that it does not know', ['fsck', '--al'], '--al'],
  ['fsck with a bare word', ['fsck', 'all'], 'all'],
  ['scrub with a bare word', ['scrub', 'all'], 'all'],
  ['scrub with a word that it does not know', ['scrub', '--everything'], '--everything'],
  ['a release without a reason', ['scrub', '--release', 'ev_1'], 'nms scrub'],
  ['a reason without a release', ['scrub', '--reason', 'restored'], 'nms scrub'],
  ['a checkpoint for nowhere', ['export-checkpoint'], 'nms export-checkpoint'],
  ['a checkpoint since no number', ['export-checkpoint', '--out', 'slip', '--old', '-1x'], '--old'],
  ['a checkpoint into a folder that is not there', ['export-checkpoint', '--out', 'nowhere/slip'], 'nowhere/slip'],
  ['tiles for nowhere', ['export-tiles'], 'nms export-tiles'],
  ['tiles of a log that nobody signed', ['export-tiles', '--out', 'tiles', '--origin', 'aj.test/evidence/1999'], '1999'],
])('%s ends with 3, says what was wrong, and nothing is written', async (_what, argv, said) => {
  const { code, out, err } = await nms(...argv);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toContain(said);
  expect(readdirSync(folder)).toEqual(['clock.json']);
});

it.each([['fsck'], ['scrub'], ['export-checkpoint'], ['export-tiles']])(
  '%s --help is an answer, in both languages',
  async (verb) => {
    const { code, out, err } = await nms(verb, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`nms ${verb}`);
    expect(out).toMatch(/\p{Script=Han}/u);
  },
);

it('export-checkpoint writes what a witness can keep, and says when there is nothing newer', async () => {
  const slip = join(folder, 'slip');
  expect(await nms('export-checkpoint', '--out', 'slip', '--old', '1')).toEqual({ code: 0, out: `${ORIGIN}: slip\n`, err: '' });
  const [step] = parseConsistency(new Uint8Array(readFileSync(slip)));
  expect(step!.old).toBe(1);
  expect(readCheckpoint(step!.checkpoint)).toMatchObject({ origin: ORIGIN, size });
  rmSync(slip);
  const none = await nms('export-checkpoint', '--out', 'slip', '--old', String(size));
  expect({ code: none.code, out: none.out }).toEqual({ code: 2, out: '' });
  expect(none.err).toContain(`Nothing is newer than ${size} entries`);
  expect((await nms('export-checkpoint', '--out', 'slip', '--origin', 'aj.test/evidence/1999')).code).toBe(2);
  expect(readdirSync(folder)).toEqual(['clock.json']);
});

it('export-tiles writes the log, and says how much', async () => {
  const { code, out } = await nms('export-tiles', '--out', 'tiles');
  const files = readdirSync(join(folder, 'tiles'), { recursive: true, withFileTypes: true }).filter((found) => found.isFile());
  expect({ code, out }).toEqual({ code: 0, out: `${ORIGIN}: ${size} entries, ${files.length} files\n` });
  expect(readCheckpoint(new Uint8Array(readFileSync(join(folder, 'tiles/checkpoint')))).size).toBe(size);
  rmSync(join(folder, 'tiles'), { recursive: true });
});

it('scrub names what is damaged and freezes it, and lifts that with a reason when it was put right', async () => {
  const whole = await nms('scrub', '--all');
  expect({ code: whole.code, err: whole.err }).toEqual({ code: 0, err: '' });
  expect(whole.out).toMatch(/^packages 1, blobs \d+, bytes \d+\n.*Everything agrees\.\n$/s);
  expect(JSON.parse((await nms('scrub', '--all', '--json')).out)).toMatchObject({ ok: true, packages: 1, incidents: [] });

  const [file] = await house.database.admin.query<{ path: string; sha256: string }[]>(
    `SELECT path, sha256 FROM evidence_file WHERE package_id = $1 AND path LIKE 'content/%' ORDER BY path LIMIT 1`,
    [packageId],
  );
  const blobs = join(house.root, 'blobs');
  const found = readdirSync(blobs, { recursive: true, withFileTypes: true }).find(({ name }) => name.includes(file!.sha256));
  const blob = join(found!.parentPath, found!.name);
  const bytes = readFileSync(blob);
  chmodSync(blob, 0o644);
  writeFileSync(blob, Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]));
  const damaged = await nms('scrub', '--all');
  expect(damaged.code).toBe(1);
  expect(damaged.out).toContain(`${packageId} ${file!.path}`);
  expect(damaged.out).toContain('Frozen; nothing was overwritten.');
  expect((await nms('fsck')).out).toContain(packageId);

  writeFileSync(blob, bytes);
  chmodSync(blob, 0o444);
  const released = await nms('scrub', '--release', packageId, '--reason', 'restored from the second medium');
  expect([released.code, released.out]).toEqual([0, expect.stringContaining('Everything agrees.')]);
  expect(await nms('scrub', '--orphans', '--json')).toMatchObject({ code: 0, out: '{"ok":true,"orphans":[]}\n' });
});

it('fsck re-derives all, and names the entry that somebody changed', async () => {
  await house.run(() => house.sequencer.placeAll());
  const whole = await nms('fsck');
  expect({ code: whole.code, err: whole.err }).toEqual({ code: 0, err: '' });
  expect(whole.out).toMatch(
    /^packages 1, ledger entries \d+, files \d+, audit links \d+ \(\d+ waiting\)\n.*Everything agrees\.\n$/s,
  );
  const { admin } = house.database;
  await admin.query(
    `ALTER TABLE ledger_entry DISABLE TRIGGER ALL;
     UPDATE ledger_entry SET entry = set_byte(entry, 10, 50) WHERE subject = '${packageId}' AND seq = 1`,
  );
  const changed = await nms('fsck', '--json');
  expect(changed.code).toBe(1);
  const report = JSON.parse(changed.out) as { ok: boolean; faults: string[] };
  expect(report.ok).toBe(false);
  expect(report.faults).toContain(`LEDGER_DIGEST ${packageId} 1`);
  expect((await nms('fsck')).out).toContain(`LEDGER_DIGEST ${packageId} 1`);
});
