/** Text that is already markup; everything else put into a template is escaped. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

export const raw = (text: string) => new Markup(text);

const escape = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const show = (value: unknown): string =>
  value instanceof Markup
    ? value.text
    : Array.isArray(value)
      ? value.map(show).join('')
      : value === false || value == null
        ? ''
        : escape(String(value));

export function html(parts: TemplateStringsArray, ...values: unknown[]): Markup {
  return raw(parts.map((part, i) => part + (i < values.length ? show(values[i]) : '')).join(''));
}
