/** The shape of a document number with hexagonal brackets, full year and no leading 第. */
const PATTERN = /^([\u4e00-\u9fa5]{2,12})〔(\d{4})〕(\d{1,6})号$/;

/** `{机关代字}{文种字}〔{年}〕{顺序号}号`. */
export function documentNumber(authorityWord: string, formWord: string, year: number, sequence: number): string {
  return `${authorityWord}${formWord}〔${year}〕${sequence}号`;
}

/** The parts of a number, or null when it has another shape. */
export function readNumber(text: string): { word: string; year: number; sequence: number } | null {
  const parts = PATTERN.exec(text);
  return parts && { word: parts[1]!, year: Number(parts[2]), sequence: Number(parts[3]) };
}
