import { setTimeout as pause } from 'node:timers/promises';
import { platformPage } from './pages/platform-page';
import { NOTICES, type Notice, noticePage } from './pages/notice-page';
import { bannerPicture, productPicture } from './pages/pictures';
import { itemPage, productsOf, shopPage } from './pages/shop-page';
import { scriptOf, styleOf } from './pages/style';
import type { Shop } from './shops';
import type { Mode, Site, World } from './world';

export interface Answer {
  status: number;
  type: string;
  body: string | Buffer;
  headers?: Record<string, string>;
}

const HTML = 'text/html; charset=utf-8';
const isPhone = (userAgent: string) => /Mobile|iPhone|Android/.test(userAgent);

const notice = (which: Notice, site: Site): Answer => ({ status: which.status, type: HTML, body: noticePage(which, site.name) });

/** What a site in this mode says to this visitor; `hangUp` when it closes the connection without a word. */
export async function answerOf(
  world: World,
  site: Site,
  base: string,
  path: string,
  userAgent: string,
): Promise<Answer | 'hangUp'> {
  const file = site.files[path];
  // Files put there by the owner outlive a closed shop front, but not a dead host.
  const mode: Mode = site.mode === 'flap' ? (world.isOpenPeriod(site) ? 'open' : 'suspended') : site.mode;
  if (mode === 'gone') return 'hangUp';
  if (site.delayMs) await pause(site.delayMs);
  if (file !== undefined) return { status: 200, type: path === '/' ? HTML : 'text/plain; charset=utf-8', body: file };
  if (mode === 'cloak' && !isPhone(userAgent)) return notice(NOTICES.notFound, site);
  if (mode === 'closed' || mode === 'suspended' || mode === 'seized' || mode === 'parked' || mode === 'notFound')
    return notice(NOTICES[mode], site);
  if (site.name === 'platform.test' && path === '/') return { status: 200, type: HTML, body: platformPage(world.badgeOf(site)) };
  const found = site.shop && shopAnswer(site.shop, base, path.slice(base.length) || '/', world.badgeOf(site));
  return found ?? notice(NOTICES.notFound, site);
}

function shopAnswer(shop: Shop, base: string, path: string, badge: string): Answer | null {
  const svg = (body: string): Answer => ({ status: 200, type: 'image/svg+xml', body });
  const nth = Number(/^\/(?:img|item)\/(\d+)/.exec(path)?.[1] ?? NaN);
  if (path === '/' || path.startsWith('/search')) return { status: 200, type: HTML, body: shopPage(shop, base, badge) };
  if (path === '/style.css') return { status: 200, type: 'text/css; charset=utf-8', body: styleOf(shop) };
  if (path === '/shop.js') return { status: 200, type: 'text/javascript; charset=utf-8', body: scriptOf(base) };
  if (path === '/banner.svg') return svg(bannerPicture(shop.colours));
  if (path === '/icon.svg') return svg(productPicture(productsOf(shop)[0]!.picture, shop.colours));
  if (path === '/robots.txt') return { status: 200, type: 'text/plain', body: 'User-agent: *\nAllow: /\n' };
  if (path === '/api/recommend.json') {
    const items = productsOf(shop).map(({ name, price }, i) => ({ name, price, img: `${base}/img/${i}.svg` }));
    return { status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify([...items].reverse().slice(0, 6)) };
  }
  const product = productsOf(shop)[nth];
  if (product && path.startsWith('/img/')) return svg(productPicture(product.picture, shop.colours, nth));
  const item = product && itemPage(shop, base, badge, nth);
  return item ? { status: 200, type: HTML, body: item } : null;
}
