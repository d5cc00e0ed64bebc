import { html, raw } from './html';
import { bannerPicture } from './pictures';
import { styleOf } from './style';
import { PLATFORM, PLATFORM_SHOPS } from '../shops';

const LOOK = {
  ...PLATFORM_SHOPS[1]!,
  colours: ['#c8461f', '#33190f', '#faf6f3'] as [string, string, string],
  layout: 'market' as const,
};

/** The front page of a platform whose shops live under /shop/<n>. */
export const platformPage = (badge: string): string =>
  html`<!doctype html>
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${PLATFORM.name} - 身边的好店</title>
        <style>
          ${raw(styleOf(LOOK))}.shops {
            display: grid;
            grid-template-columns: 1fr 1fr;
            gap: 20px;
          }
          .shops a {
            display: block;
            background: #fff;
            border-radius: 12px;
            overflow: hidden;
          }
          .shops svg {
            display: block;
            width: 100%;
            height: 140px;
          }
          .shops h3 {
            padding: 14px 18px 0;
            font-size: 20px;
          }
          .shops p {
            padding: 0 18px 16px;
            color: #666;
          }
        </style>
      </head>
      <body>
        <header class="in head">
          <a class="logo" href="/"
            ><span>万</span><strong>${PLATFORM.name}<small>身边的好店</small></strong></a
          >
        </header>
        <nav>
          <div class="in"><a class="on" href="/">首页</a><a href="/">美食</a><a href="/">健康</a><a href="/">商家入驻</a></div>
        </nav>
        <main class="in" style="padding-top:28px">
          <section>
            <h2>今日推荐店铺</h2>
            <div class="shops">
              ${PLATFORM_SHOPS.map(
                (shop) =>
                  html`<a href="/${shop.host.split('/').slice(1).join('/')}"
                    >${raw(bannerPicture(shop.colours))}
                    <h3>${shop.name}</h3>
                    <p>${shop.slogan}</p></a
                  >`,
              )}
            </div>
          </section>
        </main>
        <footer>
          <div class="in">
            <p>${PLATFORM.company.name}　统一社会信用代码：${PLATFORM.company.uscc}</p>
            <p>住所：${PLATFORM.company.address}　电话：${PLATFORM.company.phone}　${PLATFORM.company.icp}</p>
            <div class="badge">${raw(badge)}</div>
          </div>
        </footer>
      </body>
    </html>`.text;
