import { type Markup, html, raw } from './html';
import { productPicture } from './pictures';
import type { Product, Shop } from '../shops';

const PLACEHOLDER = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4" fill="#eee"/></svg>')}`;

/** Half of the pictures wait for the page's own script, as Chinese shops do; the rest use the browser's lazy loading. */
function picture(shop: Shop, base: string, product: Product, nth: number): Markup {
  const src = `${base}/img/${nth}.svg`;
  return nth % 2
    ? html`<img class="pic wait" src="${PLACEHOLDER}" data-src="${src}" alt="${product.name}" width="400" height="400" />`
    : html`<img class="pic" src="${src}" loading="lazy" alt="${product.name}" width="400" height="400" />`;
}

const card = (shop: Shop, base: string, product: Product, nth: number) =>
  html`<li class="card">
    <a href="${base}/item/${nth}"
      >${picture(shop, base, product, nth)} ${product.note && html`<span class="tag">${product.note}</span>`}
      <h3>${product.name}</h3></a
    >
    <p class="price">
      <b><small>¥</small>${product.price}</b>${product.was && html` <s>¥${product.was}</s>`}
    </p>
    <p class="sold">已售 ${product.sold} 件<button type="button" data-cart="${nth}">加入购物车</button></p>
  </li>`;

export const productsOf = (shop: Shop): Product[] => shop.sections.flatMap(({ products }) => products);

export function shopPage(shop: Shop, base: string, badge: string): string {
  let nth = 0;
  return page(
    shop,
    base,
    badge,
    shop.name,
    html` <section class="banner" style="background-image:url(${base}/banner.svg)">
        <div class="in">
          <h2>${shop.banner.title}</h2>
          <p>${shop.banner.text}</p>
          <a class="go" href="#goods">${shop.banner.button}</a>
        </div>
      </section>
      <ul class="promises in">
        ${shop.promises.map((text) => html`<li>${text}</li>`)}
      </ul>
      <main class="in" id="goods">
        ${shop.sections.map(
          ({ title, products }) =>
            html`<section>
              <h2>${title}</h2>
              <ul class="cards">
                ${products.map((product) => card(shop, base, product, nth++))}
              </ul>
            </section>`,
        )}
        <section>
          <h2>看了又看</h2>
          <ul class="cards small" id="more">
            <li class="loading">加载中…</li>
          </ul>
        </section>
        ${shop.story.map(
          ({ title, paragraphs }) =>
            html`<section class="story">
              <h2>${title}</h2>
              ${paragraphs.map((text) => html`<p>${text}</p>`)}
            </section>`,
        )}
      </main>`,
  );
}

export function itemPage(shop: Shop, base: string, badge: string, nth: number): string | null {
  const product = productsOf(shop)[nth];
  if (!product) return null;
  return page(
    shop,
    base,
    badge,
    `${product.name} - ${shop.name}`,
    html`<main class="in item">
        <div class="view">${raw(productPicture(product.picture, shop.colours, nth))}</div>
        <div>
          <h1>${product.name}</h1>
          <p class="price big">
            <b><small>¥</small>${product.price}</b>${product.was && html` <s>¥${product.was}</s>`}
          </p>
          <dl>
            <dt>月销</dt>
            <dd>${product.sold} 件</dd>
            <dt>发货</dt>
            <dd>48 小时内</dd>
            <dt>运费</dt>
            <dd>满 39 元包邮</dd>
          </dl>
          <button class="buy" type="button" data-cart="${nth}">加入购物车</button>
        </div>
      </main>
      <section class="in story">
        <h2>商品详情</h2>
        <p>${shop.banner.text}</p>
        ${shop.story.map(({ paragraphs }) => paragraphs.map((text) => html`<p>${text}</p>`))}
      </section>`,
  );
}

function page(shop: Shop, base: string, badge: string, title: string, body: Markup): string {
  const { company } = shop;
  return html`<!doctype html>
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - ${shop.slogan}</title>
        <meta name="description" content="${shop.name}：${shop.banner.text}" />
        <meta name="keywords" content="${shop.menu.join(',')}" />
        <link rel="icon" href="${base}/icon.svg" />
        <link rel="stylesheet" href="${base}/style.css" />
      </head>
      <body class="look-${shop.layout}">
        <div class="top">
          <div class="in">
            <span>您好，欢迎来到${shop.name}</span><span>登录 · 注册 · 我的订单 · <b id="cart">购物车 0</b></span>
          </div>
        </div>
        <header class="in head">
          <a class="logo" href="${base || '/'}"
            ><span>${shop.name.slice(0, 1)}</span><strong>${shop.name}<small>${shop.slogan}</small></strong></a
          >
          <form class="search" action="${base}/search">
            <input name="q" placeholder="搜索商品" aria-label="搜索商品" /><button>搜索</button>
          </form>
        </header>
        <nav>
          <div class="in">
            ${shop.menu.map((text, i) => html`<a href="${base || '/'}" ${raw(i ? '' : ' class="on"')}>${text}</a>`)}
          </div>
        </nav>
        ${body}
        <footer>
          <div class="in">
            <p>
              ${['关于我们', '配送说明', '退换货', '隐私政策', '联系客服'].map((text) => html`<a href="${base || '/'}">${text}</a>`)}
            </p>
            ${
              company.uscc
                ? html`<p>${company.name}　统一社会信用代码：${company.uscc}</p>
                    <p>住所：${company.address}　电话：${company.phone}${company.permits?.map((text) => html` 　${text}`)}</p>`
                : html`<p>咨询电话：${company.phone}</p>`
            }
            ${company.icp && html`<p>${company.icp}</p>`}
            <div class="badge">${raw(badge)}</div>
            <p class="copy">© 2026 ${shop.name}</p>
          </div>
        </footer>
        <script src="${base}/shop.js" defer></script>
      </body>
    </html>`.text;
}
