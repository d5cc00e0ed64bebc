import type { Shop } from '../shops';

export const styleOf = ({ colours: [accent, dark, ground], layout }: Shop) => `:root{--a:${accent};--d:${dark};--g:${ground}}
*{box-sizing:border-box}body{margin:0;background:var(--g);color:#222;font:14px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
.in{max-width:1200px;margin:0 auto;padding:0 16px}a{color:inherit;text-decoration:none}ul{list-style:none;margin:0;padding:0}h1,h2,h3,p{margin:0}
.top{background:#f0f0ee;color:#666;font-size:12px}.top .in{display:flex;justify-content:space-between;padding-block:6px}.top b{color:var(--a)}
.head{display:flex;align-items:center;justify-content:space-between;gap:24px;padding-block:22px}.logo{display:flex;gap:12px;align-items:center}
.logo>span{width:52px;height:52px;border-radius:14px;background:var(--a);color:#fff;font-size:30px;line-height:52px;text-align:center;font-weight:700}
.logo strong{font-size:24px;color:var(--d);line-height:1.25}.logo small{display:block;font-size:13px;font-weight:400;color:#777}
.search{display:flex;flex:0 1 420px;border:2px solid var(--a);border-radius:8px;overflow:hidden;background:#fff}.search input{flex:1;min-width:0;border:0;padding:9px 12px;font:inherit;outline:0}.search button{border:0;background:var(--a);color:#fff;padding:0 22px;font:inherit}
nav{background:var(--d)}nav .in{display:flex;flex-wrap:wrap}nav a{color:#fff;padding:10px 22px}nav a.on{background:var(--a)}
.banner{background:center/cover;min-height:280px;display:flex;align-items:center}.banner .in{width:100%}.banner h2{font-size:40px;color:var(--d);line-height:1.3}.banner p{font-size:18px;margin:8px 0 18px;color:#333}
.go,.buy{display:inline-block;background:var(--a);color:#fff;border:0;border-radius:999px;padding:10px 30px;font:inherit;font-size:16px}
.promises{display:flex;flex-wrap:wrap;justify-content:space-around;background:#fff;padding:14px 16px;border-radius:10px;transform:translateY(-24px);box-shadow:0 4px 18px #0001}.promises li::before{content:"✓ ";color:var(--a);font-weight:700}
main section,.story{margin:0 0 34px}main section>h2,.story>h2{font-size:22px;color:var(--d);border-left:5px solid var(--a);padding-left:12px;margin-bottom:16px}
.cards{display:grid;grid-template-columns:repeat(4,1fr);gap:16px}.card{background:#fff;border-radius:10px;overflow:hidden;position:relative;padding-bottom:12px}
.pic{display:block;width:100%;height:auto;aspect-ratio:1}.card h3{font-size:14px;font-weight:400;padding:10px 12px 0;min-height:54px}.card p{padding:0 12px}
.tag{position:absolute;top:10px;left:10px;background:var(--a);color:#fff;font-size:12px;padding:2px 8px;border-radius:4px}
.price b{color:#d3301f;font-size:20px}.price s{color:#999;font-size:12px}.price.big b{font-size:34px}.sold{display:flex;justify-content:space-between;align-items:center;color:#999;font-size:12px}
.sold button{border:1px solid var(--a);color:var(--a);background:#fff;border-radius:6px;padding:3px 8px;font:inherit}
.small{grid-template-columns:repeat(6,1fr)}.small .card h3{min-height:46px;font-size:12px}.loading{color:#999;padding:20px}
.story p{background:#fff;padding:14px 18px;border-radius:8px;margin-bottom:10px;font-size:${layout === 'story' ? 17 : 14}px}
.item{display:grid;grid-template-columns:1fr 1fr;gap:40px;padding-block:32px}.view svg{width:100%;height:auto;border-radius:12px}.item h1{font-size:24px}.item dl{display:grid;grid-template-columns:60px 1fr;gap:6px;color:#555}.item dd{margin:0}
footer{background:var(--d);color:#cfd3d0;font-size:12px;padding:26px 0;margin-top:20px;text-align:center}footer a{margin:0 10px}.badge{margin:14px 0;min-height:1px}.badge img{max-height:80px}.copy{opacity:.7}
@media(max-width:760px){.cards{grid-template-columns:1fr 1fr}.small{grid-template-columns:repeat(3,1fr)}.head{flex-wrap:wrap}.search{flex:1 1 100%}.item{grid-template-columns:1fr}.banner h2{font-size:28px}.top span:first-child{display:none}nav a{padding:10px 14px}}
`;

/** Loads waiting pictures when they come near, fetches a recommendation list, counts the cart: what ordinary shop scripts do. */
export const scriptOf = (base: string) => `'use strict';
const load = (img) => { img.src = img.dataset.src; img.classList.remove('wait'); };
const seen = new IntersectionObserver((entries) => entries.forEach((e) => { if (e.isIntersecting) { load(e.target); seen.unobserve(e.target); } }), { rootMargin: '120px' });
document.querySelectorAll('img.wait').forEach((img) => seen.observe(img));
let count = 0;
document.addEventListener('click', (e) => { if (e.target.dataset && e.target.dataset.cart) document.getElementById('cart').textContent = '购物车 ' + ++count; });
const more = document.getElementById('more');
if (more) fetch('${base}/api/recommend.json').then((r) => r.json()).then((items) => {
  more.textContent = '';
  for (const { name, price, img } of items) {
    const li = Object.assign(document.createElement('li'), { className: 'card' });
    const h3 = Object.assign(document.createElement('h3'), { textContent: name });
    const pic = Object.assign(new Image(400, 400), { src: img, alt: name, className: 'pic' });
    const p = Object.assign(document.createElement('p'), { className: 'price' });
    p.append(Object.assign(document.createElement('b'), { textContent: '¥' + price }));
    li.append(pic, h3, p); more.append(li);
  }
});
`;
