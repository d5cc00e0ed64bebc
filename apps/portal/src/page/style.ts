import { createHash } from 'node:crypto';

/**
 * One sheet for all public pages. Sizes are in rem, so that the browser's own text size and the large-print switch work;
 * all pairs of text and ground reach 4.5 : 1 in both themes. No fonts and pictures from elsewhere.
 */
const CSS = `
:root{--ground:#eef1f5;--card:#fff;--ink:#15202e;--quiet:#4a5668;--line:#d5dbe3;--brand:#0f3460;--brand-ink:#fff;--link:#0b4a94;
--green:#0b6b3a;--green-soft:#e6f4ec;--teal:#0a6070;--teal-soft:#e3f2f5;--blue:#0b4a94;--blue-soft:#e6effa;--amber:#7a4300;--amber-soft:#fdf1dd;
--red:#9d1717;--red-soft:#fdeaea;--grey:#444c57;--grey-soft:#e9ecef;--mark:#ffd9d9}
@media (prefers-color-scheme:dark){:root{--ground:#0f151d;--card:#18212c;--ink:#e9eef5;--quiet:#b0bccb;--line:#334152;--brand:#0c2a4d;--brand-ink:#fff;--link:#8fc0ff;
--green:#7fdda8;--green-soft:#10301f;--teal:#7ad3e2;--teal-soft:#0d2d34;--blue:#9cc7ff;--blue-soft:#12294a;--amber:#ffcb80;--amber-soft:#3a2708;
--red:#ffaaaa;--red-soft:#421616;--grey:#c6ced8;--grey-soft:#27313d;--mark:#6b1d1d}}
@media (prefers-contrast:more){:root{--quiet:var(--ink);--line:var(--ink)}}
*{box-sizing:border-box}
html{font-size:106.25%;-webkit-text-size-adjust:100%}
html.large{font-size:150%}
body{margin:0;background:var(--ground);color:var(--ink);line-height:1.65;overflow-wrap:break-word;
font-family:"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",system-ui,sans-serif}
a{color:var(--link);text-underline-offset:.2em}
a:focus-visible,button:focus-visible,input:focus-visible,textarea:focus-visible,select:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:2}
.wrap{max-width:46rem;margin:0 auto;padding:0 1rem}
.masthead{background:var(--brand);color:var(--brand-ink);border-bottom:3px solid #b8912f}
.masthead .wrap{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.25rem 1.5rem;padding-top:.8rem;padding-bottom:.8rem}
.masthead a{color:inherit;text-decoration:none}
.masthead .name{font-weight:600;letter-spacing:.04em;font-size:1.05rem}
.masthead .tools{display:flex;gap:1.1rem;font-size:.85rem}
.masthead .tools a{text-decoration:underline;padding:.35rem 0}
.masthead a:focus-visible{outline-color:#fff}
main.wrap{padding-top:1.4rem;padding-bottom:2.4rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1.25rem 1.4rem;margin:0 0 1.1rem}
h1{font-size:1.5rem;line-height:1.35;margin:0}
h2{font-size:1.05rem;margin:0 0 .6rem}
p{margin:.5rem 0}
.quiet{color:var(--quiet);font-size:.9rem}
.verdict{border:1px solid var(--tone);border-top:.45rem solid var(--tone);padding:1.4rem}
.verdict header{display:flex;gap:.9rem;align-items:flex-start}
.verdict header svg{flex:none;width:2.6rem;height:2.6rem;color:var(--tone)}
.verdict h1{color:var(--tone)}
.verdict .why{margin:.35rem 0 0}
.where{background:var(--soft);border-radius:.4rem;padding:.9rem 1.1rem;margin:1.1rem 0 0}
.where .label{font-size:.9rem;color:var(--ink);margin:0}
.address{font-size:1.4rem;line-height:1.4;font-weight:650;margin:.1rem 0 0;word-break:break-all;font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,"PingFang SC","Microsoft YaHei","Noto Sans SC",monospace}
.address .code{display:block;font-size:.85rem;font-weight:400;color:var(--ink)}
.address mark{background:var(--mark);color:inherit;text-decoration:underline wavy var(--red);text-underline-offset:.25em;padding:0 .05em}
.where.theirs{background:none;border:1px dashed var(--tone)}
.green{--tone:var(--green);--soft:var(--green-soft)}.teal{--tone:var(--teal);--soft:var(--teal-soft)}.blue{--tone:var(--blue);--soft:var(--blue-soft)}
.amber{--tone:var(--amber);--soft:var(--amber-soft)}.red{--tone:var(--red);--soft:var(--red-soft)}.grey{--tone:var(--grey);--soft:var(--grey-soft)}
dl{display:grid;grid-template-columns:minmax(6.5rem,11rem) minmax(0,1fr);margin:0;gap:0}
dt,dd{padding:.5rem 0;border-top:1px solid var(--line);margin:0}
dl>:nth-child(-n+2){border-top:0}
dt{color:var(--quiet);padding-right:1rem}
.num{font-variant-numeric:tabular-nums;letter-spacing:.02em}
.actions{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.1rem 0 0}
.button,button{display:inline-block;font:inherit;font-weight:600;padding:.55rem 1.3rem;border-radius:.35rem;border:1px solid var(--link);background:var(--card);color:var(--link);text-decoration:none;cursor:pointer}
.button.primary,button{background:var(--brand);border-color:var(--brand);color:var(--brand-ink)}
.button.warn{background:#9d1717;border-color:#9d1717;color:#fff}
form label{display:block;font-weight:600;margin:1rem 0 .3rem}
input[type=text],textarea,select{font:inherit;color:inherit;background:var(--card);width:100%;padding:.55rem .7rem;border:1px solid var(--quiet);border-radius:.35rem}
textarea{min-height:7rem;resize:vertical}
.search{display:flex;flex-wrap:wrap;gap:.6rem}.search input{flex:1 1 14rem;width:auto}
ul.plain{list-style:none;margin:0;padding:0}
ul.plain>li{padding:.85rem 0;border-top:1px solid var(--line)}ul.plain>li:first-child{border-top:0;padding-top:0}
.tag{display:inline-block;font-size:.82rem;padding:.05rem .55rem;border-radius:1rem;color:var(--tone);background:var(--soft);border:1px solid var(--tone);white-space:nowrap}
.error{border-left:.35rem solid var(--red);background:var(--red-soft);padding:.7rem 1rem;margin:0 0 1rem}
.verdict h2{color:var(--tone);font-size:1.4rem;margin:0}
h3{font-size:1rem;margin:1.1rem 0 .2rem}.verdict>dl{margin-top:1.1rem}
.row{display:grid;grid-template-columns:1.3rem 1fr auto;gap:.7rem;align-items:start}.row svg{width:1.3rem;height:1.3rem;margin-top:.2rem;color:var(--tone)}
ul.plain>.row{padding:.5rem 0}.row .said{color:var(--tone);font-weight:600}.row span{min-width:0}
.digest,pre code{font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;font-size:.85rem;word-break:break-all}
pre{background:var(--ground);border:1px solid var(--line);border-radius:.35rem;padding:.7rem .9rem;margin:.5rem 0;white-space:pre-wrap}
.drop{border:2px dashed var(--quiet);border-radius:.5rem;padding:1.6rem 1.1rem;background:var(--ground)}.drop.over{border-color:var(--link);border-style:solid}
input[type=file]{font:inherit;max-width:100%;color:inherit}details{margin:.8rem 0}summary{cursor:pointer;color:var(--link)}[hidden]{display:none}
[tabindex="-1"]:focus{outline:0}
footer{border-top:1px solid var(--line);padding:1.1rem 0 2rem;font-size:.88rem;color:var(--quiet)}
footer strong{color:var(--ink);word-break:break-all}
@media (max-width:34rem){dl{grid-template-columns:minmax(0,1fr)}dt{padding-bottom:0}dd{border-top:0;padding-top:0}.card,.verdict{padding:1.05rem 1rem}h1{font-size:1.3rem}.address{font-size:1.22rem}.verdict header svg{width:2.1rem;height:2.1rem}}
@media print{.masthead .tools,.actions,.skip{display:none}body{background:#fff}.card{break-inside:avoid}}
@media (prefers-reduced-motion:no-preference){.button,button{transition:filter .15s}.button:hover,button:hover{filter:brightness(1.12)}}
`
  .replaceAll('\n', '')
  .trim();

export const STYLE = Buffer.from(CSS);
/** Part of the address, so that the sheet may be kept for a year and is new at once when it changes. */
export const STYLE_PATH = `/assets/portal-${createHash('sha256').update(CSS).digest('hex').slice(0, 12)}.css`;
