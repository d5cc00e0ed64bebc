import formats from './data/badge-formats.json';
import { normalise } from './normalise';

/** A badge of an earlier or national system met on the page, with what its link tells. It proves nothing until its record is looked at. */
export interface KnownBadge {
  format: string;
  zh: string;
  identifiers: string[];
}

export interface LicenceDisplay {
  /** `shown`: something that the law accepts is there. `missing`: nothing is. */
  verdict: 'shown' | 'missing';
  /** Codes of our badges that the page links to. */
  ours: string[];
  known: KnownBadge[];
  /** The subject's unified social credit code is readable on the page. */
  creditCode: boolean;
  /** The page says that its operator need not register (petty trade, own farm produce …). */
  exemption: boolean;
}

export interface DisplayContext {
  /** Address of our portal, for example `https://badge.example`; our badge links begin with it. */
  portal: string;
  /** Unified social credit code of the outlet's subject, when it has one. */
  uscc: string | null;
}

const KNOWN = (formats.badges as { id: string; zh: string; detect: string | null }[]).flatMap(({ id, zh, detect }) =>
  detect ? [{ id, zh, pattern: new RegExp(detect, 'g') }] : [],
);

/** How the exemption from registration is declared on a page. Words of our own choosing, for people to judge (mark I). */
const EXEMPTION =
  /(依法)?(无需|不需要?|免于)办理(市场主体)?登记|(自产自销|销售自产)农副产品|家庭手工业产品|依法取得许可的?便民劳务/;

/**
 * What a captured page shows of its operator's licence. Basis: 电子商务法 art. 15 — licence data or a link to it, constantly and
 * conspicuously on the home page. Whether it is conspicuous is for people to see; here is only what is there.
 */
export function licenceDisplayOf(dom: string, text: string, { portal, uscc }: DisplayContext): LicenceDisplay {
  const links = dom.replaceAll('&amp;', '&');
  const ours = codesAfter(`${portal.replace(/\/+$/, '')}/b/`, links);
  const known = KNOWN.flatMap(({ id, zh, pattern }) =>
    [...`${dom}`.matchAll(pattern)].map(([, ...groups]): KnownBadge => ({
      format: id,
      zh,
      identifiers: groups.filter((group): group is string => !!group),
    })),
  );
  const words = normalise(text).text;
  const creditCode = uscc !== null && words.replaceAll(' ', '').includes(uscc.toLowerCase());
  const exemption = EXEMPTION.test(words);
  const shown = ours.length > 0 || known.length > 0 || creditCode || exemption;
  return { verdict: shown ? 'shown' : 'missing', ours, known, creditCode, exemption };
}

/** Badge codes behind `prefix` in link targets; a mention in running text is no link. */
function codesAfter(prefix: string, html: string): string[] {
  const codes = new Set<string>();
  for (const [, , address] of html.matchAll(/<a\b[^>]*?\bhref\s*=\s*(["']?)([^"'\s>]+)\1/gi)) {
    if (!address!.startsWith(prefix)) continue;
    const code = /^[0-9A-Za-z-]{10,40}/.exec(address!.slice(prefix.length))?.[0];
    if (code) codes.add(code.toUpperCase());
  }
  return [...codes];
}
