import { pageKind, type PageSigns } from './page-kind';

const signs = (given: Partial<PageSigns>): PageSigns => ({
  status: 200,
  title: '店铺',
  text: '商品',
  url: 'https://shop.test/',
  hosts: [],
  passwordFields: 0,
  ...given,
});

it.each([
  ['a shop', {}, 'page'],
  ['a shop that offers to log in', { text: `登录 ${'商品说明'.repeat(400)}`, passwordFields: 1 }, 'page'],
  ['a shop that explains captchas', { text: '本店出售验证码短信服务' }, 'page'],
  ['a challenge by its words and status', { status: 403, title: 'Just a moment...', text: 'Checking your browser' }, 'challenge'],
  ['a challenge by its title', { title: '安全验证', text: '拖动滑块完成拼图' }, 'challenge'],
  ['a challenge by its frame', { hosts: ['challenges.cloudflare.com'], text: '' }, 'challenge'],
  ['too many visits', { status: 429, text: '访问过于频繁，请稍后再试' }, 'challenge'],
  ['a login wall', { title: '用户登录', text: '账号 密码 登录', passwordFields: 1 }, 'login'],
  ['a login wall by its address', { url: 'https://shop.test/passport/login?next=/', text: '扫码登录' }, 'login'],
  ['a page that is not there', { status: 404, text: '没有这一页' }, 'errorPage'],
])('F26: %s', (_name, given, kind) => expect(pageKind(signs(given))).toBe(kind));
