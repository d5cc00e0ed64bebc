import type { Case } from '../api/types';

export const handlersOf = (file: Case): string =>
  file.officers
    .filter((o) => o.role === 'handler')
    .map((o) => o.name)
    .join('、');
