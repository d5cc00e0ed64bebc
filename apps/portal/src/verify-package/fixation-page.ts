import { type Html, html } from '../../../../libs/platform';
import { instant, page } from '../page/layout';
import type { Reader } from '../page/request';
import type { PublicFixation } from './fixations';

export const FIXATION_PATH = '/fixations';

/** What was asked, as typed, and what is known of it. */
export interface AskedFixation {
  number: string;
  digest: string;
  /** `malformed`: not asked at all, as it cannot be the number or digest of anything. */
  answer: PublicFixation | 'none' | 'malformed' | null;
}

export function fixationPage({ number, digest, answer }: AskedFixation, reader: Reader, portal: string): string {
  const zh = reader.language === 'zh';
  const title = zh ? '按编号和摘要查询固定记录' : 'Look up a fixation by number and digest';
  const body = html`<section class="card">
      <h1>${title}</h1>
      <p>
        ${
          zh
            ? '输入证据编号和清单摘要（MANIFEST.json 的 SHA-256，共 64 位，报告每页页脚印有前 16 位，全文见报告和证据包）。两项都与本机关日志中的记录完全一致时，才会给出结果。'
            : 'Enter the evidence number and the digest of the manifest (SHA-256 of MANIFEST.json, 64 digits; every page of the report has the first 16 in its foot, the whole stands in report and package). There is an answer only when both agree exactly with a record in the log of this agency.'
        }
      </p>
      <form method="get" action="${FIXATION_PATH}">
        <label for="number">${zh ? '证据编号' : 'Evidence number'}</label
        ><input
          type="text"
          id="number"
          name="number"
          value="${number}"
          maxlength="60"
          autocomplete="off"
          spellcheck="false"
          required
        />
        <label for="digest">${zh ? '清单摘要（SHA-256）' : 'Digest of the manifest (SHA-256)'}</label
        ><input
          type="text"
          id="digest"
          name="digest"
          value="${digest}"
          maxlength="120"
          autocomplete="off"
          spellcheck="false"
          required
        />
        ${[...new URLSearchParams(reader.href('').replace(/^\?/, ''))].map(
          ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
        )}
        <p class="actions"><button>${zh ? '查询' : 'Look up'}</button></p>
      </form>
    </section>
    ${answer && told(answer, zh)}
    <section class="card">
      <h2>${zh ? '这项查询说明什么' : 'What this says'}</h2>
      <p>
        ${
          zh
            ? '查到记录，说明本机关在所示时间固定过具有该摘要的清单。文件本身是否与清单一致，请再核验证据包。本站不显示网址、当事人和案件，也不记录您的查询内容。'
            : 'A record says that this agency fixed a manifest with this digest at the time shown. Whether the files agree with the manifest is for the verification of the package to say. No address, party or case is shown here, and what you ask is not kept.'
        }
      </p>
      <p><a href="${reader.href('/verify-package')}">${zh ? '核验电子证据包' : 'Verify an evidence package'}</a></p>
    </section>`;
  return page({
    title,
    body,
    reader,
    host: new URL(portal).host,
    canonical: `${portal}${FIXATION_PATH}`,
    noindex: answer !== null,
  });
}

function told(answer: PublicFixation | 'none' | 'malformed', zh: boolean): Html {
  if (answer === 'malformed')
    return html`<section class="card" role="status">
      <p class="error">
        ${
          zh
            ? '编号形如 E-141122-2026-000001，摘要为 64 位十六进制数字。请核对后重新输入。'
            : 'A number looks like E-141122-2026-000001; a digest has 64 hexadecimal digits. Please compare and enter them again.'
        }
      </p>
    </section>`;
  if (answer === 'none')
    return html`<section class="card verdict grey" role="status" data-answer="none">
      <h2>${zh ? '没有与这两项完全一致的记录' : 'No record agrees with both'}</h2>
      <p>
        ${
          zh
            ? '编号或摘要可能有误，也可能不是本机关固定的证据。请与报告或证据包中的原文逐字比对。'
            : 'The number or the digest may be mistyped, or this agency did not fix it. Compare both, digit by digit, with the report or the package.'
        }
      </p>
    </section>`;
  const { fixedAt, log, place, checkpoint } = answer;
  return html`<section class="card verdict ${checkpoint ? 'green' : 'amber'}" role="status" data-answer="found">
    <h2>
      ${
        checkpoint
          ? zh ? '本机关的日志中有这项固定记录' : 'The log of this agency holds this fixation'
          : zh ? '已固定，尚未写入签名的日志检查点' : 'Fixed, and not yet under a signed checkpoint'
      }
    </h2>
    <dl>
      <dt>${zh ? '固定时间' : 'Fixed'}</dt>
      <dd>${instant(fixedAt, zh)}</dd>
      ${
        log &&
        place !== null &&
        html`<dt>${zh ? '日志与序号' : 'Log and place'}</dt>
          <dd>${log}, ${place}</dd>`
      }
      ${
        checkpoint &&
        html`<dt>${zh ? '首个包含它的检查点' : 'First checkpoint over it'}</dt>
          <dd>${zh ? `规模 ${checkpoint.size}，` : `size ${checkpoint.size}, `}${instant(checkpoint.at, zh)}</dd>`
      }
    </dl>
    ${checkpoint && html`<pre tabindex="0" aria-label="${zh ? '检查点原文' : 'Text of the checkpoint'}"><code>${checkpoint.note}</code></pre>`}
  </section>`;
} // prettier-ignore
