import { apiRoot } from '../api/http';
import type { CaptureFile } from '../api/types';

/** Path of one file of a package below the API. The server sends pictures and plain text inline and everything else as a download. */
export const filePath = (captureId: string, path: string) =>
  `captures/${captureId}/files/${path.split('/').map(encodeURIComponent).join('/')}`;

export const inlineAddress = (captureId: string, path: string) => `${apiRoot}/${filePath(captureId, path)}`;

export const isPicture = (file: CaptureFile) => file.path.endsWith('.png');

/** First view first, then the tiles of the whole page from top to bottom. */
export const picturesOf = (files: CaptureFile[]): CaptureFile[] => {
  const rank = (path: string) => (path.includes('first') ? 0 : 1);
  return files
    .filter(isPicture)
    .sort((a, b) => rank(a.path) - rank(b.path) || a.path.localeCompare(b.path, 'en', { numeric: true }));
};

export const firstPicture = (files: CaptureFile[]): CaptureFile | undefined => picturesOf(files)[0];

export const readableSize = (bytes: number | undefined, locale: string): string => {
  if (bytes === undefined || bytes === null) return '—';
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)));
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: power === 0 ? 0 : 1 }).format(bytes / 1024 ** power)} ${units[power]}`;
};
