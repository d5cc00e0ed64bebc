/** One exchange as the wire has it. Text is byte by byte (Latin-1), so that nothing is lost. */
export interface WireExchange {
  method: string;
  /** As `new URL` writes it, without fragment. */
  url: string;
  requestBody: Uint8Array;
  /** Zero when no answer came. */
  status: number;
  fields: [string, string][];
  /** Transfer encoding taken off, content encoding still on. */
  body: Uint8Array;
  /** False when the connection ended before the body did. */
  complete: boolean;
}

export type WireRequest = Pick<WireExchange, 'method' | 'url' | 'requestBody'>;

export const fieldOf = (fields: readonly [string, string][], name: string): string =>
  fields
    .filter(([key]) => key.toLowerCase() === name)
    .map(([, value]) => value)
    .join(',');

export function addressIn(scheme: string, authority: string, path: string): string {
  const text = `${scheme}://${authority}${path.startsWith('/') ? path : ''}`;
  return URL.canParse(text) ? new URL(text).href.replace(/#.*$/, '') : text;
}
