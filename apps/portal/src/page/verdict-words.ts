import type { Standing, Verdict, Verification } from '../../../../libs/badge';
import { statusName } from '../../../../libs/registry';
import { day, instant } from './layout';

export interface VerdictWords {
  title: string;
  why: string;
}

/** What a visitor is told, in plain words. Nothing that cannot be told is worded as guilt. */
export function verdictWords({ verdict, finding, origin, standing }: Verification, zh: boolean): VerdictWords {
  const badge = standing?.badge;
  const home = badge?.domain_unicode ?? '';
  const from = origin?.unicode ?? '';
  const since = badge ? day(badge.state_since, zh) : '';
  const words: Record<Verdict, () => [zh: VerdictWords, en: VerdictWords]> = {
    genuine: () => [
      { title: '核验通过：亮照标识属实', why: `您从 ${from} 打开本页，与登记的网址一致。` },
      { title: 'Verified: the licence is shown by its holder', why: `You opened this page from ${from}, which is the registered address.` },
    ],
    compare: () =>
      finding.kind === 'below'
        ? [
            { title: '标识属实，请比对网址', why: `您从 ${from} 打开本页，它是登记域名的下级域名，请确认仍是同一经营者。` },
            { title: 'The badge is genuine. Compare the address', why: `You came from ${from}, below the registered domain. Check that it is the same shop.` },
          ]
        : [
            { title: '标识属实，请比对网址', why: '您的浏览器没有告知来源网址。请将下列网址与您正在访问的网址逐字比对：本标识仅对下列网址有效。' },
            {
              title: 'The badge is genuine. Compare the address',
              why: 'Your browser did not say where you came from. Compare letter by letter: this badge is valid only for the address below.',
            },
          ],
    platform: () => [
      { title: '平台网址一致，请核对店铺', why: `您从平台 ${from} 打开本页。同一平台有许多店铺，请核对店铺名称：${badge?.site_name ?? ''}。` },
      { title: 'The platform matches. Check the shop', why: `You came from ${from}. Many shops share it: check that the shop is “${badge?.site_name ?? ''}”.` },
    ],
    copied: () => [
      { title: `警示：该标识属于 ${home}`, why: `您从 ${from} 打开本页。该网址没有登记使用此标识，请谨慎交易。` },
      { title: `Warning: this badge belongs to ${home}`, why: `You came from ${from}, which is not registered for this badge. Be careful.` },
    ],
    lookalike: () => [
      { title: '警示：网址相似，但不是同一网站', why: `您从 ${from} 打开本页。它看起来像登记的网址，但并不相同；不同之处已标出。` },
      { title: 'Warning: the address only looks alike', why: `You came from ${from}. It resembles the registered address but is another one; the difference is marked.` },
    ],
    suspended: () =>
      badge?.by_order
        ? [
            { title: `自${since}起依监管文书暂停服务`, why: '该网站（网店）的服务已被要求暂停，恢复后本页会更新。' },
            { title: `Service suspended by order since ${since}`, why: 'The service of this outlet has been ordered to pause. This page changes when it is restored.' },
          ]
        : [
            { title: `标识自${since}起暂停使用`, why: '发放机关已暂停该标识，恢复后本页会更新。' },
            { title: `Badge suspended since ${since}`, why: 'The issuing office has suspended this badge. This page changes when it is resumed.' },
          ],
    lapsed: () => [
      { title: '经营者尚未续验', why: `经营者须每90日证明其仍控制该网址，${since}起尚未完成。这不表示其违法。` },
      { title: 'The holder has not renewed', why: `The holder proves control of the address every 90 days and has not done so since ${since}. This does not mean that anything is illegal.` },
    ],
    revoked: () => [
      { title: `标识已于${since}撤销`, why: '该标识不再有效。仍展示它的页面不代表任何登记状态。' },
      { title: `Badge revoked on ${since}`, why: 'This badge is no longer valid. A page that still shows it proves nothing.' },
    ],
    subjectInactive: () => subjectWords(standing!),
    unknown: () => [
      { title: '没有这个标识', why: '登记簿中没有此编码。可能是输入有误，也可能是伪造的标识。请核对编码，或不要继续交易。' },
      { title: 'No such badge', why: 'The register holds no badge of this code. It may be mistyped, or forged. Check the code, or do not go on with the deal.' },
    ],
    unreachable: () => [
      { title: '暂时无法核验', why: lastKnown(standing, true) },
      { title: 'Cannot check now', why: lastKnown(standing, false) },
    ],
  };
  const [inZh, inEn] = words[verdict]();
  return zh ? inZh : inEn;
}

function subjectWords({ badge }: Standing): [VerdictWords, VerdictWords] {
  const status = statusName(badge!.subject_status);
  const at = badge!.subject_status_date;
  return [
    { title: `该主体登记状态：${status.zh}`, why: `${at ? `自${day(at, true)}起，` : ''}其营业执照不再有效，标识随之失效。` },
    { title: `Registration status of the holder: ${status.en}`, why: `${at ? `Since ${day(at, false)} its` : 'Its'} licence is no longer valid, and the badge with it.` },
  ];
}

function lastKnown(standing: Standing | null, zh: boolean): string {
  const badge = standing?.badge;
  if (!badge) return zh ? '登记簿暂时无法访问，请稍后再试。' : 'The register cannot be reached. Please try again soon.';
  const state = stateName(badge.state, zh);
  const at = instant(standing.checkedAt, zh);
  return zh ? `登记簿暂时无法访问。最近一次所知状态：${state}（${at}）。` : `The register cannot be reached. Last known state: ${state}, ${at}.`;
}

export function stateName(state: string, zh: boolean): string {
  const names: Record<string, [string, string]> = {
    active: ['有效', 'valid'],
    suspended: ['暂停', 'suspended'],
    lapsed: ['待续验', 'not renewed'],
    revoked: ['已撤销', 'revoked'],
  };
  return names[state]?.[zh ? 0 : 1] ?? state;
}

