import type { Manifest } from '../../proof';
import data from '../data/evidence-checklist.json';

export interface ChecklistItem {
  id: string;
  zh: string;
  en: string;
  /** M: no sealing without it; S: should be there; C: when it applies. */
  required: 'M' | 'S' | 'C';
  source: string;
}

export const CHECKLIST = data.items as ChecklistItem[];

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
  'who.tech': ({ manifest }) => manifest.makers.some(({ role }) => role === 'technician'),
  'who.holder': ({ holderSaid }) => holderSaid,
  'who.witness': ({ witnessSaid }) => witnessSaid,
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
}

/** Every line with its answer. Basis: handbook 9.2; 程序规定 art. 26, S002 art. 20-22 by line. */
export function checklistOf(view: ChecklistView): ChecklistLine[] {
  return CHECKLIST.map((item) => {
    if (view.manifest.kind !== 'web_capture' && OF_A_PAGE.test(item.id)) return { ...item, state: 'notApplicable' };
    if (RULES[item.id]?.(view)) return { ...item, state: 'met' };
    return { ...item, state: item.required === 'C' ? 'notApplicable' : 'missing' };
  });
}

/** The items without which nothing is sealed. */
export const blockersOf = (view: ChecklistView): ChecklistLine[] =>
  checklistOf(view).filter(({ required, state }) => required === 'M' && state === 'missing');
