import type { LawCitation, Mark } from '../../kernel';
import type { Manifest } from '../../proof';
import data from '../data/evidence-checklist.json';

export interface ChecklistItem {
  id: string;
  zh: string;
  en: string;
  /** M: no sealing without it; S: should be there; C: when it applies. */
  required: 'M' | 'S' | 'C';
  /**
   * From whom the answer comes: from the signed manifest alone, from what the officers say when they ask for the fixation, from an act of
   * theirs after it, or from ledger and stamps.
   */
  known: 'machine' | 'statement' | 'officers' | 'custody';
  sources: readonly LawCitation[];
  /** How far the line rests on law that was read; I when no source says so. */
  mark: Mark;
}

const MARKS: readonly Mark[] = ['F', 'F2', 'K', 'I'];

/** The list of handbook 9.2, each line with its sources. The mark of a line is the best of its sources. */
export const CHECKLIST: readonly ChecklistItem[] = (data.items as Omit<ChecklistItem, 'mark'>[]).map((item) => ({
  ...item,
  mark: MARKS.find((mark) => item.sources.some((source) => source.mark === mark)) ?? 'I',
}));

/** What a package can show for itself. */
export interface ChecklistView {
  manifest: Manifest;
  stamped: boolean;
  /** Types of the custody chain, in order, with the verdict of verifications. */
  custody: readonly { type: string; verdict?: string }[];
  /** The party has confirmed or refused, on paper. */
  holderSaid: boolean;
  witnessSaid: boolean;
  /** Different certified officers who have looked at it and agreed. */
  reviewers: number;
  attestations: number;
  /** Answers given with the sealing. */
  medium?: string;
  copies?: number;
  sealNumber?: string;
}

type Rule = (view: ChecklistView) => boolean;

const listed =
  (id: string): Rule =>
  ({ manifest }) =>
    manifest.files.some(({ checklist }) => checklist.includes(id));

const tool: Rule = ({ manifest: { tool: t } }) => Boolean(t.software && t.os && (t.browser === null || t.viewport));
const all =
  (...rules: Rule[]): Rule =>
  (view) =>
    rules.every((rule) => rule(view));
const any =
  (...rules: Rule[]): Rule =>
  (view) =>
    rules.some((rule) => rule(view));

/** One rule an item. An item without a rule here is never met: a new line of the list blocks sealing until somebody decides. */
const RULES: Record<string, Rule> = {
  'who.makers': ({ manifest }) =>
    new Set(manifest.makers.filter(({ role, certificate }) => role === 'officer' && certificate).map(({ account }) => account))
      .size >= 2,
  'who.tech': any(listed('who.tech'), ({ manifest }) => manifest.makers.some(({ role }) => role === 'technician')),
  'who.holder': ({ holderSaid }) => holderSaid,
  'who.witness': any(listed('who.witness'), ({ witnessSaid }) => witnessSaid),
  'when.start': ({ manifest }) => Boolean(manifest.time.startedAt),
  'when.end': ({ manifest }) => Boolean(manifest.time.finishedAt),
  'when.clock': any(
    ({ manifest: { time } }) => time.clock.source.length > 0 && time.clock.offsetMs !== null,
    listed('when.clock'),
  ),
  'when.tst': ({ stamped }) => stamped,
  'where.place': ({ manifest }) => Boolean(manifest.place),
  'where.url': ({ manifest }) => Boolean(manifest.request.urlTyped && manifest.navigation?.urlFinal),
  'where.steps': listed('where.steps'),
  'where.ip': any(({ manifest }) => Boolean(manifest.navigation?.ip), listed('where.ip')),
  'where.tls': listed('where.tls'),
  'where.registration': listed('where.registration'),
  'env.device': tool,
  'env.network': ({ manifest }) => manifest.environment !== null,
  'env.clean': all(({ manifest }) => manifest.environment !== null, listed('env.clean')),
  'env.account': listed('env.account'),
  'env.server': ({ custody }) => custody.some(({ type }) => type === 'evidence.fixed'),
  'how.method': any(listed('how.method'), ({ manifest }) => manifest.kind !== 'web_capture' && Boolean(manifest.tool.software)),
  'how.screen': listed('how.screen'),
  'how.html': listed('how.html'),
  'how.pdf': listed('how.pdf'),
  'how.video': listed('how.video'),
  'how.purchase': listed('how.purchase'),
  'what.list': ({ manifest }) => manifest.files.length > 0,
  'what.hash': ({ manifest }) => manifest.files.every(({ sha256, sm3 }) => sha256 && sm3),
  'what.sign': ({ custody }) => custody.some(({ type }) => type === 'evidence.fixed'),
  'what.chain': ({ custody }) => custody.some(({ type }) => type === 'evidence.fixed'),
  'keep.medium': ({ medium, copies, sealNumber }) => Boolean(medium && copies && sealNumber),
  'keep.custody': ({ custody }) => custody[0]?.type === 'job.requested' && custody.some(({ type }) => type === 'evidence.fixed'),
  // The newest verification counts: a failure is not made good by an older success.
  'keep.verify': ({ custody }) => custody.filter(({ type }) => type === 'evidence.verified').at(-1)?.verdict === 'PASSED',
  'link.case': ({ manifest }) => Boolean((manifest.case.ref ?? manifest.case.clue) && manifest.case.factToProve),
  'link.confirm': any(
    ({ holderSaid }) => holderSaid,
    ({ attestations }) => attestations > 0,
  ),
  'review.human': ({ reviewers }) => reviewers >= 2,
};

/** Items that speak of a page in a browser; a file that was received has none of them. */
const OF_A_PAGE = /^(where\.(url|steps|ip|tls|registration)|env\.(network|clean|account)|how\.(screen|html|pdf|video|purchase))$/;

export interface ChecklistLine extends ChecklistItem {
  state: 'met' | 'missing' | 'notApplicable';
  /** Files of the package that serve the line, as the signed manifest says. */
  files: string[];
}

/** Every line with its answer. Basis: handbook 9.2; 程序规定 art. 26, S002 art. 20-22 by line. */
export const checklistOf = (view: ChecklistView): ChecklistLine[] =>
  CHECKLIST.map((item) => ({
    ...item,
    state: stateOf(item, view),
    files: view.manifest.files.filter(({ checklist }) => checklist.includes(item.id)).map(({ path }) => path),
  }));

function stateOf({ id, required }: ChecklistItem, view: ChecklistView): ChecklistLine['state'] {
  if (view.manifest.kind !== 'web_capture' && OF_A_PAGE.test(id)) return listed(id)(view) ? 'met' : 'notApplicable';
  if (RULES[id]?.(view)) return 'met';
  return required === 'C' ? 'notApplicable' : 'missing';
}

/** The items without which nothing is sealed. */
export const blockersOf = (view: ChecklistView): ChecklistLine[] =>
  checklistOf(view).filter(({ required, state }) => required === 'M' && state === 'missing');

/** Why a line that the machine knows may be missing and the fixation still stands; it goes on barring the seal. */
const EXCUSED: Record<string, (manifest: Manifest) => boolean> = {
  // E10 has judged the clock: what failed has stopped the job. A clock that nobody outside confirmed is told as a finding.
  'when.clock': () => true,
  // The copy held a secret of a session under hand and was left out by marked redaction.
  'how.pdf': ({ outcome, files }) =>
    outcome.limits.includes('redacted') && files.some(({ path }) => path === 'record/redactions.jsonl'),
};

/**
 * The M items that a machine knows and that the manifest does not show: with any of them nothing is fixed (evidence specification,
 * section 2). All of them are asked for again at the seal.
 */
export function fixationBlockersOf(manifest: Manifest): ChecklistLine[] {
  const view = { manifest, stamped: false, custody: [], holderSaid: false, witnessSaid: false, reviewers: 0, attestations: 0 };
  return blockersOf(view).filter(({ id, known }) => known === 'machine' && !EXCUSED[id]?.(manifest));
}
