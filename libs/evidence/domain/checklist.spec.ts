import { aManifest } from '../../proof/testing';
import { blockersOf, CHECKLIST, checklistOf, type ChecklistView, fixationBlockersOf } from './checklist';
import { endingOf, fileNameOf, mediaKindOf } from './media-type';
import { OFFICER_ACTS, packageStates } from './package.states';

const SERVES: Record<string, string[]> = {
  'content/capture.wacz': ['how.html'],
  'content/page.pdf': ['how.pdf'],
  'content/screen/first.png': ['how.screen'],
  'record/environment.json': ['env.clean'],
  'record/timeline.jsonl': ['where.steps', 'how.method'],
};
const content = Object.fromEntries(Object.keys(SERVES).map((path) => [path, new Uint8Array([1])]));
const files = aManifest(content).files.map((file) => ({ ...file, checklist: SERVES[file.path]! }));

const whole: ChecklistView = {
  manifest: aManifest(content, { files }),
  stamped: true,
  custody: [{ type: 'job.requested' }, { type: 'evidence.fixed' }, { type: 'evidence.verified', verdict: 'PASSED' }],
  holderSaid: true,
  witnessSaid: false,
  reviewers: 2,
  attestations: 0,
  medium: '光盘',
  copies: 2,
  sealNumber: 'F-1',
};

const without = (item: string) =>
  aManifest(content, { files: files.map((file) => ({ ...file, checklist: file.checklist.filter((id) => id !== item) })) });
const manifestWith = (changes: Parameters<typeof aManifest>[1]) => aManifest(content, { files, ...changes });
const { time, tool, navigation } = whole.manifest;
const clock = { ...time.clock, source: [], offsetMs: null };

/** The smallest change that takes each required item away. An item of the list without a line here fails below. */
const LOST: Record<string, Partial<ChecklistView>> = {
  'who.makers': { manifest: manifestWith({ makers: whole.manifest.makers.slice(0, 1) }) },
  'who.holder': { holderSaid: false },
  'when.start': { manifest: manifestWith({ time: { ...time, startedAt: '' } }) },
  'when.end': { manifest: manifestWith({ time: { ...time, finishedAt: '' } }) },
  'when.clock': { manifest: manifestWith({ time: { ...time, clock } }) },
  'where.place': { manifest: manifestWith({ place: '' }) },
  'where.url': { manifest: manifestWith({ navigation: { ...navigation!, urlFinal: '' } }) },
  'where.steps': { manifest: without('where.steps') },
  'where.ip': { manifest: manifestWith({ navigation: { ...navigation!, ip: null } }) },
  'env.device': { manifest: manifestWith({ tool: { ...tool, viewport: null } }) },
  'env.network': { manifest: manifestWith({ environment: null }) },
  'env.clean': { manifest: without('env.clean') },
  'how.method': { manifest: without('how.method') },
  'how.screen': { manifest: without('how.screen') },
  'how.html': { manifest: without('how.html') },
  'how.pdf': { manifest: without('how.pdf') },
  'what.list': { manifest: manifestWith({ files: [] }) },
  'what.hash': { manifest: manifestWith({ files: files.map((file) => ({ ...file, sm3: '' })) }) },
  'keep.medium': { sealNumber: '' },
  'keep.custody': { custody: whole.custody.slice(1) },
  'keep.verify': { custody: [...whole.custody, { type: 'evidence.verified', verdict: 'FAILED' }] },
  'link.case': { manifest: manifestWith({ case: { ref: null, clue: null, factToProve: 'x' } }) },
  'review.human': { reviewers: 1 },
};

it('lets a package through that has everything', () => expect(blockersOf(whole)).toEqual([]));

it('knows every M item of the handbook', () =>
  expect(CHECKLIST.filter(({ required }) => required === 'M').map(({ id }) => id)).toEqual(Object.keys(LOST).toSorted(byList)));

const byList = (a: string, b: string) => CHECKLIST.findIndex(({ id }) => id === a) - CHECKLIST.findIndex(({ id }) => id === b);

it.each(Object.entries(LOST))('blocks sealing when %s is missing', (id, lost) =>
  expect(blockersOf({ ...whole, ...lost }).map((line) => line.id)).toContain(id),
);

/** E10 judges the clock before anything is fixed, so that its line bars the seal and not the fixation. */
const MACHINE = CHECKLIST.filter(({ required, known, id }) => required === 'M' && known === 'machine' && id !== 'when.clock').map(
  ({ id }) => id,
);

it.each(MACHINE)('F29 §2: fixation is refused when %s, which the machine knows, is missing', (id) => {
  const { manifest } = LOST[id]!;
  expect(fixationBlockersOf(manifest!).map((line) => line.id)).toContain(id);
});

it('asks at fixation for nothing that only officers, ledger or stamps can give', () => {
  expect(fixationBlockersOf(whole.manifest)).toEqual([]);
  const later = CHECKLIST.filter(({ required, known }) => required === 'M' && known !== 'machine').map(({ id }) => id);
  expect(later).toEqual(['who.holder', 'keep.medium', 'keep.custody', 'keep.verify', 'review.human']);
});

it('lets a printable copy go that was left out by marked redaction, and nothing else', () => {
  const bare = without('how.pdf');
  const redacted = { ...bare, outcome: { ...bare.outcome, limits: ['redacted'] } };
  expect(fixationBlockersOf(redacted).map(({ id }) => id)).toEqual(['how.pdf']); // no record of a redaction
  const record = { ...files[0]!, path: 'record/redactions.jsonl', checklist: [] };
  const marked = { ...redacted, files: [...redacted.files, record] };
  expect(fixationBlockersOf(marked)).toEqual([]);
  expect(blockersOf({ ...whole, manifest: marked }).map(({ id }) => id)).toEqual(['how.pdf']); // it bars the seal all the same
});

it('has a source with its mark for every line, or says that it is ours', () => {
  for (const { sources, mark } of CHECKLIST) {
    expect(mark).toBe(['F', 'F2', 'K', 'I'].find((known) => sources.some((source) => source.mark === known)) ?? 'I');
    for (const { law } of sources) expect(law).not.toBe('');
  }
  const ours = CHECKLIST.filter(({ mark }) => mark === 'I').map(({ id }) => id);
  expect(ours).toEqual(['where.tls', 'where.registration', 'link.case', 'review.human']);
});

it('S002 20-22: what the officers stated is met by the signed request that holds it', () => {
  const stated = files.map((file) =>
    file.path === 'record/timeline.jsonl' ? { ...file, checklist: [...file.checklist, 'env.account', 'who.witness'] } : file,
  );
  const lines = checklistOf({ ...whole, manifest: manifestWith({ files: stated }) });
  for (const id of ['env.account', 'who.witness'])
    expect(lines.find((line) => line.id === id)).toMatchObject({ state: 'met', files: ['record/timeline.jsonl'] });
});

it('asks a received file for nothing that only a page has', () => {
  const manifest = manifestWith({
    kind: 'import',
    environment: null,
    navigation: null,
    tool: { ...tool, browser: null, viewport: null },
  });
  expect(blockersOf({ ...whole, manifest })).toEqual([]);
  expect(blockersOf({ ...whole, manifest, reviewers: 1 }).map(({ id }) => id)).toEqual(['review.human']);
});

it('answers every line, and a should never blocks', () => {
  const lines = checklistOf({ ...whole, stamped: false });
  expect(lines).toHaveLength(35);
  expect(lines.find(({ id }) => id === 'when.tst')).toMatchObject({ required: 'S', state: 'missing' });
});

it('the state table lets nobody dispose of evidence that is not sealed, and knows every act', () => {
  expect(packageStates.rows.filter(({ to }) => to === 'disposed').map(({ from }) => from)).toEqual([
    'sealed',
    'sealed',
    'transferred',
    'transferred',
  ]);
  const acts = new Set(packageStates.rows.filter(({ requires }) => requires !== 'system').map(({ action }) => action));
  expect([...acts].toSorted()).toEqual([...OFFICER_ACTS].toSorted());
});

describe('what a received file is', () => {
  it.each([
    ['%PDF-1.7', 'application/pdf', 'pdf'],
    ['PK\u0003\u0004', 'application/zip', 'zip'],
    ['<html><script>', 'text/plain', 'txt'],
    ['MZ\u0000', 'application/octet-stream', 'bin'],
    ['', 'application/octet-stream', 'bin'],
  ])('%j is %s', (head, mediaType, ending) => {
    expect(mediaKindOf(Buffer.from(head, 'latin1'), true)).toEqual({ mediaType, ending });
    expect(endingOf(mediaType)).toBe(ending);
  });

  it('a character that is cut at the end of the head is still text', () => {
    const text = Buffer.from('数'.repeat(10));
    expect(mediaKindOf(text.subarray(0, 28), false).mediaType).toBe('text/plain');
    expect(mediaKindOf(text.subarray(0, 28), true).mediaType).toBe('application/octet-stream');
  });

  it.each([
    ['../../etc/passwd', '../../etc/passwd'],
    [' 订单.xlsx ', '订单.xlsx'],
    ['', null],
    ['a\u0000b', null],
    ['a\u202etxt.exe', null],
    ['\ud800', null],
    ['x'.repeat(201), null],
  ])('the name %j is kept as %j', (name, kept) => expect(fileNameOf(name)).toBe(kept));
});
