import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Finding } from '../api/types';

/** The word marked inside its surroundings; all of it plain text. */
const Marked = ({ text, word }: { text: string; word?: string }) => {
  if (!word || !text.includes(word)) return <>{text}</>;
  return <>{text.split(word).flatMap((part, index) => (index === 0 ? [part] : [<mark key={index}>{word}</mark>, part]))}</>;
};

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

export const Hits = ({ hits }: { hits: Finding['hits'] }) => {
  const translate = useTranslate();
  const list = Array.isArray(hits)
    ? hits
    : Object.entries(hits ?? {}).map(([word, excerpt]) => ({ word, excerpt: textOf(excerpt) }));
  if (list.length === 0) return null;
  return (
    <Box>
      <Typography variant="h3" sx={{ mb: 0.5 }}>
        {translate('console.hitsFound', { smart_count: list.length })}
      </Typography>
      <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
        {list.map((hit, index) => (
          <li key={index}>
            <Marked text={hit.excerpt ?? hit.word ?? textOf(hit)} word={hit.word} />
          </li>
        ))}
      </Box>
    </Box>
  );
};
