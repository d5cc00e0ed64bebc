import { type Markup, html, raw } from './html';

export interface Notice {
  status: number;
  title: string;
  lines: string[];
  colour: string;
}

/** What a site shows when it does not show itself. The texts are those that operators use, in our own words. */
export const NOTICES = {
  closed: {
    status: 410,
    title: '网站已关闭',
    lines: ['该网站已停止运营，域名解析将被撤销。', '如有订单纠纷，请联系当地市场监督管理部门。'],
    colour: '#7a1f1f',
  },
  suspended: {
    status: 503,
    title: '网站已暂停服务',
    lines: ['接主管部门书面通知，该网站自即日起暂停交易服务。', '整改完成并经核查后恢复。'],
    colour: '#8a5a12',
  },
  seized: { status: 200, title: '该域名已被依法处置', lines: ['该域名因涉嫌违法，已被依法暂停解析。'], colour: '#1d3f72' },
  parked: {
    status: 200,
    title: '域名停放',
    lines: ['此域名已到期或正在出售。', '报价请通过域名交易平台联系。'],
    colour: '#555555',
  },
  notFound: { status: 404, title: '404 页面不存在', lines: ['您访问的页面不存在或已被删除。'], colour: '#666666' },
} satisfies Record<string, Notice>;

export const noticePage = ({ title, lines, colour }: Notice, host: string): string =>
  html`<!doctype html>
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          body {
            margin: 0;
            min-height: 100vh;
            display: grid;
            place-items: center;
            background: #f3f3f1;
            font:
              16px/1.8 'Noto Sans CJK SC',
              'Noto Sans SC',
              sans-serif;
            color: #333;
          }
          main {
            background: #fff;
            padding: 48px 64px;
            border-top: 8px solid ${colour};
            box-shadow: 0 6px 30px #0001;
            max-width: 620px;
          }
          h1 {
            margin: 0 0 12px;
            font-size: 30px;
            color: ${colour};
          }
          p {
            margin: 0;
          }
          small {
            color: #999;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${lines.map((line) => html`<p>${line}</p>`)}
          <p><small>${host}</small></p>
        </main>
      </body>
    </html>`.text;

const SHELL = `*{box-sizing:border-box}body{margin:0;background:#f4f5f7;color:#222;font:15px/1.7 "Noto Sans CJK SC","Noto Sans SC",sans-serif}
header{background:#1f2d3d;color:#fff;padding:18px 28px;font-size:20px}main{max-width:1000px;margin:24px auto;padding:0 20px}article,table{background:#fff;border-radius:8px;box-shadow:0 2px 10px #0001}
table{width:100%;border-collapse:collapse}td,th{padding:10px 14px;text-align:left;border-bottom:1px solid #eee}article{padding:24px 30px}pre{white-space:pre-wrap;font:inherit;word-break:break-all}a{color:#1559b7}`;

/** A plain framed page: the operator's inbox, the list of sites. */
export const framed = (title: string, body: Markup): string =>
  html`<!doctype html>
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${raw(SHELL)}
        </style>
      </head>
      <body>
        <header>${title}</header>
        <main>${body}</main>
      </body>
    </html>`.text;
