import type { FormInput } from './form-input';
import { letterForm } from './letter-form';
import { listForm } from './list-form';
import { keepHeadings, watermark } from './official-style';
import { renderPdf } from './pdf';
import { tableForm } from './table-form';

const MARKS = { draft: '草稿', approved: '未用印', final: null } as const;

/** The paper of one document: A4, text that can be searched and copied, Chinese font inside. Pure: the same input gives the same bytes. */
export async function renderForm(input: FormInput): Promise<Buffer> {
  const page = await pageOf(input);
  const title = [input.template.zh, input.number].filter(Boolean).join(' ');
  return renderPdf(
    { ...page, pageBreakBefore: keepHeadings, ...watermark(MARKS[input.standing]) },
    {
      title,
      author: input.authority.name,
      at: input.at,
      // A list repeats what pages and people have called their things; a letter is worded here and is put right instead.
      strangeCharacters: input.template.layout.kind === 'list' ? 'spellOut' : 'refuse',
    },
  );
}

function pageOf(input: FormInput) {
  const { layout } = input.template;
  if (layout.kind === 'list') return listForm(input, layout);
  return layout.kind === 'table' ? tableForm(input, layout) : letterForm(input, layout);
}
