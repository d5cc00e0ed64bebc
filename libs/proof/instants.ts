const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** `YYYY-MM-DDTHH:MM:SS.sssZ` of a day that exists; every time inside a package is written so. */
export function isInstant(text: string): boolean {
  return FORM.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;
}
