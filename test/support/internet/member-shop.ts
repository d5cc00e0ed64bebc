import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { productPicture } from './pages/pictures';
import { html, type Markup, raw } from './pages/html';

/** Who may enter. Invented, like everything here. */
export const MEMBER = { account: '晋味批发001', password: 'Yun#shan 山&2026+/x', smsCode: '482915', name: '晋味副食商行' };

const COLOURS: [string, string, string] = ['#b4552d', '#3b2418', '#faf5ef'];
const GOODS: [string, string, string, Parameters<typeof productPicture>[0]][] = [
  ['沁州黄小米 25kg', '¥186.00', '¥158.00', 'grain'],
  ['老陈醋 5 年陈酿 12 瓶', '¥228.00', '¥176.00', 'bottle'],
  ['枣花蜜 500g × 20', '¥760.00', '¥598.00', 'honey'],
  ['国家级特供养生核桃油', '¥398.00', '¥129.00', 'jar'],
];

const STYLE = `*{box-sizing:border-box}body{margin:0;background:#faf5ef;color:#2b2320;font:15px/1.6 "Noto Sans CJK SC","Microsoft YaHei",sans-serif}
header{background:#3b2418;color:#fff;padding:16px 40px;display:flex;justify-content:space-between;align-items:center}header b{font-size:22px}header a{color:#ffd9bf;margin-left:20px}
.box{position:absolute;left:480px;top:120px;width:400px;background:#fff;border-radius:10px;padding:24px;box-shadow:0 6px 30px #0002}.box h1{font-size:20px;margin:0 0 12px}
label{display:block;font-size:13px;color:#6b5a50}input{width:100%;height:40px;padding:0 10px;margin:4px 0 12px;border:1px solid #ccb9ab;border-radius:6px;font:inherit}
button{width:100%;height:44px;border:0;border-radius:6px;background:#b4552d;color:#fff;font:inherit;font-size:16px}.wrong{color:#b3261e}
main{max-width:1100px;margin:30px auto;padding:0 20px}.goods{display:grid;grid-template-columns:repeat(4,1fr);gap:16px}.goods li{list-style:none;background:#fff;border-radius:10px;padding:12px}
.goods svg{width:100%;height:auto}s{color:#998}.member{color:#b4552d;font-size:20px;font-weight:700}ul{padding:0}.tall{height:900px}`;

const page = (title: string, body: Markup): string =>
  `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>${body.text}</body></html>`;

const loginPage = (csrf: string, wrong: boolean): string =>
  page(
    '会员登录 - 云山批发',
    html`<header><b>云山批发</b><span>仅限登记商户采购</span></header>
      <form class="box" method="post" action="/login" autocomplete="off">
        <h1>会员登录</h1>
        ${wrong && html`<p class="wrong" role="alert">账号、密码或验证码不正确</p>`}
        <input type="hidden" name="csrf_token" value="${csrf}" />
        <label>会员账号<input name="account" autofocus /></label>
        <label>密码<input name="password" type="password" /></label>
        <label>短信验证码<input name="sms_code" inputmode="numeric" /></label>
        <button>登 录</button>
      </form>`,
  );

/** What such shops do with a login: say it back, keep it in the page, hand it on to a script. */
const memberPage = (code: string, remembered: string, token: string): string =>
  page(
    '会员专享价 - 云山批发',
    html`<header>
        <b>云山批发</b><span>您好,${MEMBER.name} <a href="/orders">我的订单</a><a href="/logout">退出</a></span>
      </header>
      <main>
        <h1>会员专享价</h1>
        <p>本次登录验证码 ${code} 已使用,请勿告诉他人。</p>
        <input type="search" id="q" aria-label="搜索" placeholder="搜索商品" />
        <p id="found"></p>
        <ul class="goods">
          ${GOODS.map(
            ([name, list, price, picture], i) =>
              html`<li>
                ${raw(productPicture(picture, COLOURS, i))}
                <h3>${name}</h3>
                <s>${list}</s> <span class="member">${price}</span>
              </li>`,
          )}
        </ul>
        <div class="tall"></div>
        <p id="orders">正在读取订单…</p>
        <input type="hidden" id="remembered" value="${remembered}" />
      </main>
      ${raw(`<script>
        const q = document.getElementById('q');
        q.addEventListener('input', () => { document.getElementById('found').textContent = '搜索:' + q.value; });
        fetch('/api/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((r) => r.json())
          .then(({ access_token }) => fetch('/api/orders?ticket=' + encodeURIComponent(access_token), { headers: { authorization: 'Bearer ' + access_token } }))
          .then((r) => r.json()).then(({ orders }) => { document.getElementById('orders').textContent = '最近订单:' + orders.join('、'); });
        /* ${token} */
      </script>`)}`,
  );

/** A wholesale shop whose prices stand behind a login with password and code. One session after another; knows what it gave out. */
export class MemberShop {
  readonly posted: string[] = [];
  readonly given: { cookies: string[]; tokens: string[] } = { cookies: [], tokens: [] };
  private readonly sessions = new Set<string>();

  serve(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://member.test');
    const sid = /(?:^|;\s*)sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    const send = (status: number, type: string, text: string, headers: Record<string, string | string[]> = {}) => {
      const packed = gzipSync(Buffer.from(text, 'utf8'));
      response
        .writeHead(status, { 'content-type': type, 'content-encoding': 'gzip', 'cache-control': 'no-store', ...headers })
        .end(packed);
    };
    const known = this.sessions.has(sid);
    if (url.pathname === '/login' && request.method === 'POST') return this.login(body, send);
    if (url.pathname === '/member' && known)
      return send(
        200,
        'text/html; charset=utf-8',
        memberPage(MEMBER.smsCode, Buffer.from(MEMBER.password).toString('base64'), sid),
      );
    if (url.pathname === '/api/token' && known) {
      const token = this.keep(this.given.tokens);
      return send(200, 'application/json', JSON.stringify({ access_token: token, expires_in: 7200 }));
    }
    if (url.pathname === '/api/orders' && known)
      return send(200, 'application/json', JSON.stringify({ orders: ['YS2026112801', 'YS2026112507'] }));
    if (url.pathname === '/favicon.ico') return void response.writeHead(204).end();
    const csrf = createHash('sha256').update(sid).digest('hex').slice(0, 16);
    send(200, 'text/html; charset=utf-8', loginPage(csrf, url.searchParams.has('wrong')));
  }

  private login(
    body: Buffer,
    send: (status: number, type: string, text: string, headers: Record<string, string | string[]>) => void,
  ): void {
    this.posted.push(body.toString('utf8'));
    const form = new URLSearchParams(body.toString('utf8'));
    const right =
      form.get('account') === MEMBER.account &&
      form.get('password') === MEMBER.password &&
      form.get('sms_code') === MEMBER.smsCode;
    if (!right) return send(303, 'text/plain', '', { location: '/?wrong=1' });
    const sid = this.keep(this.given.cookies);
    this.sessions.add(sid);
    const remember = createHash('md5').update(MEMBER.password).digest('hex');
    send(303, 'text/plain', '', {
      location: `/member?sid=${sid}&from=login`,
      'set-cookie': [`sid=${sid}; Path=/; HttpOnly`, `remember=${remember}; Path=/`],
    });
  }

  private keep(list: string[]): string {
    const value = randomBytes(18).toString('base64url');
    list.push(value);
    return value;
  }
}
