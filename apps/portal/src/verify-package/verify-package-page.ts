import type { Tone } from '../../../../libs/badge';
import { type Html, html } from '../../../../libs/platform';
import { LABELS, LEVEL_NAMES, type Level } from '../../../../libs/proof/browser';
import { ICONS } from '../page/icons';
import { page } from '../page/layout';
import type { Reader } from '../page/request';
import type { PublishedFile } from './published';

export const SCRIPT_PATH = '/assets/verify-package.js';
export const PROGRAM_PATH = '/downloads/verify-package.mjs';
export const TRUST_PATH = '/trust.json';

export interface Offered {
  program: PublishedFile | null;
  script: PublishedFile | null;
  trust: PublishedFile | null;
}

const TONES: Tone[] = ['green', 'amber', 'red', 'grey'];
const LEVELS: Level[] = [1, 2, 3, 4, 5];

/**
 * Without script the page explains and hands out the program; with it a package is verified in the visitor's own browser. What
 * needs the script stays hidden until the script is there, so that no file can be sent to us by a form that nobody handles.
 */
export function verifyPackagePage({ program, script, trust }: Offered, reader: Reader, portal: string): string {
  const zh = reader.language === 'zh';
  const title = zh ? '核验电子证据包' : 'Verify an evidence package';
  const body = html`<section class="card">
      <h1>${title}</h1>
      <p>
        ${
          zh
            ? '证据包（扩展名 .evp）是监管机关固定网页时制作的文件。任何人都可以核验：固定以来有没有字节改变、由谁签名、外部证明的时间、保管记录是否完整。'
            : 'An evidence package (.evp) is what the regulator makes when it fixes a web page. Anybody can verify it: whether a byte has changed since, who signed it, what time is proved from outside, and whether its custody record is complete.'
        }
      </p>
      ${script && inBrowser(zh)}
      <p>
        <a href="${reader.href('/fixations')}"
          >${zh ? '没有文件？按证据编号和清单摘要查询固定记录' : 'No file at hand? Look the fixation up by number and manifest digest'}</a
        >
      </p>
    </section>
    <div id="outcome" hidden tabindex="-1"></div>
    ${TONES.map((tone) => html`<template id="icon-${tone}">${ICONS[tone]}</template>`)}
    ${program && offline(program, trust, zh)}${levels(zh)}`;
  return page({
    title,
    body,
    reader,
    host: new URL(portal).host,
    canonical: `${portal}/verify-package`,
    script: script && { src: `${SCRIPT_PATH}?v=${script.sha256}`, integrity: script.integrity },
  });
}

function inBrowser(zh: boolean): Html {
  return html`<p id="no-script" class="quiet">
      ${
        zh
          ? '在本页直接核验需要浏览器运行脚本。不运行脚本时，请用下面的离线核验程序，结论相同。'
          : 'Verifying on this page needs script. Without it use the offline program below; it says the same.'
      }
    </p>
    <form id="verify" hidden>
      <label for="package">${zh ? '选择证据包，或拖放到这里' : 'Choose a package, or drop it here'}</label>
      <div id="drop" class="drop"><input type="file" id="package" accept=".evp" aria-describedby="private" /></div>
      <p id="private" class="quiet">
        ${
          zh
            ? '文件只由您的浏览器读取，不会上传。本页只从本站取得公布的信任文件，不向任何地方发送内容。'
            : 'Only your browser reads the file; nothing is uploaded. This page fetches the published trust bundle from this site and sends nothing anywhere.'
        }
      </p>
      <details>
        <summary>${zh ? '更多选项' : 'More options'}</summary>
        <label for="level">${zh ? '要求达到的等级' : 'Level to ask for'}</label
        ><select id="level">
          <option value="">${zh ? '按信任文件自动选择' : 'As the trust bundle allows'}</option>
          ${LEVELS.map((level) => html`<option value="${level}">L${level} ${LEVEL_NAMES[level][zh ? 'zh' : 'en']}</option>`)}
        </select>
        <label for="trust"
          >${zh ? '使用您自己保存的信任文件（trust.json）' : 'Use a trust bundle that you hold (trust.json)'}</label
        ><input type="file" id="trust" accept=".json" />
        <label for="checkpoints"
          >${zh ? '您另外持有的日志检查点（可多选）' : 'Ledger checkpoints that you hold from elsewhere'}</label
        ><input type="file" id="checkpoints" multiple />
        <label
          ><input type="checkbox" id="wire" /> ${
            zh
              ? '同时解开网络原始字节（wire/），逐条比对每次请求与应答（V11），用时较长'
              : 'Also open the raw bytes of the network (wire/) and hold every exchange against them (V11); takes longer'
          }</label
        >
      </details>
    </form>
    <p id="progress" role="status" aria-live="polite"></p>`;
}

function offline(program: PublishedFile, trust: PublishedFile | null, zh: boolean): Html {
  return html`<section class="card">
    <h2>${zh ? '离线核验（不依赖本网站）' : 'Verify offline, without this site'}</h2>
    <p>
      ${
        zh
          ? '需要 Node.js 20 或更高版本，不联网。它与本页使用同一套核验代码。摘要请与机关以其他方式告知的逐字比对。'
          : 'Needs Node.js 20 or newer and no network. It is the same code as this page runs. Compare the digests with those that the agency tells you by another way.'
      }
    </p>
    <dl>
      ${file(zh ? '核验程序' : 'Verifier', PROGRAM_PATH, program, zh)}${trust && file(zh ? '信任文件' : 'Trust bundle', TRUST_PATH, trust, zh)}
    </dl>
    <p>${zh ? '运行：' : 'Run:'}</p>
    <pre><code>node verify-package.mjs package.evp --trust trust.json${zh ? '' : ' --lang en'}</code></pre>
    <p class="quiet">
      ${
        zh
          ? '计算摘要：Windows 用 certutil -hashfile verify-package.mjs SHA256，其他系统用 sha256sum verify-package.mjs。'
          : 'To compute a digest: certutil -hashfile verify-package.mjs SHA256 on Windows, sha256sum verify-package.mjs elsewhere.'
      }
    </p>
  </section>`;
}

function file(label: string, path: string, { bytes, sha256 }: PublishedFile, zh: boolean): Html {
  const size = `${Math.ceil(bytes.length / 1024)} KiB`;
  return html`<dt>${label}</dt>
    <dd>
      <a href="${path}" download>${path.split('/').at(-1)!}</a>${zh ? '，' : ', '}${size}<br /><span class="quiet">SHA-256</span>
      <span class="digest">${sha256}</span>
    </dd>`;
}

function levels(zh: boolean): Html {
  const language = zh ? 'zh' : 'en';
  return html`<section class="card">
    <h2>${zh ? '等级的含义' : 'What the levels mean'}</h2>
    <dl>
      ${LEVELS.map(
        (level) =>
          html`<dt>L${level}</dt>
            <dd>${LEVEL_NAMES[level][language]}</dd>`,
      )}
    </dl>
    <p class="quiet">${LABELS.notProved[language]}</p>
  </section>`;
}
