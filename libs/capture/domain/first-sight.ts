import type { Manifest } from '../../proof';
import type { ArtefactReport, FirstSight } from './capture-order';

interface Kept {
  files: readonly { path: string; sha256: string }[];
  artefacts: readonly ArtefactReport[];
}

const TEXT = 'content/text.txt';
const isScreen = (path: string): boolean => path.startsWith('content/screen/');

/** Of the files of a package; `artefacts` tells which pictures failed. */
export function sightOf({ files, artefacts }: Kept): Pick<FirstSight, 'text' | 'pictures'> {
  const screens = files.filter(({ path }) => isScreen(path));
  const isWhole = screens.length > 0 && !artefacts.some(({ path, state }) => isScreen(path) && state !== 'ok');
  return {
    text: files.find(({ path }) => path === TEXT)?.sha256 ?? null,
    pictures: isWhole ? Object.fromEntries(screens.map(({ path, sha256 }) => [path, sha256])) : null,
  };
}

/**
 * `/comparison` of the second one. Without any tolerance: an unchanging page gives the same text and the same pictures to the last byte (I-22), so
 * a clock on a page makes it different, and a person looks. What one of the two does not have is `unknown`.
 */
export function comparedWith({ vantage, id, ...first }: FirstSight, kept: Kept): NonNullable<Manifest['comparison']> {
  const second = sightOf(kept);
  const likeness = (a: object | string | null, b: object | string | null) =>
    a === null || b === null ? 'unknown' : JSON.stringify(a) === JSON.stringify(b) ? 'same' : 'different';
  return {
    vantage,
    id,
    text: likeness(first.text, second.text),
    picture: likeness(sorted(first.pictures), sorted(second.pictures)),
  };
}

const sorted = (pictures: FirstSight['pictures']) => pictures && Object.entries(pictures).sort(([a], [b]) => (a < b ? -1 : 1));
