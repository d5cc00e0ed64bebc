import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Hit } from '../api/types';

/** The word marked inside its surroundings; all of it plain text. */
const Marked = ({ text, word }: { text: string; word: string }) => {
  const at = text.indexOf(word);
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{word}</mark>
      {text.slice(at + word.length)}
    </>
  );
};

export const Hits = ({ hits }: { hits: Hit[] }) => {
  const translate = useTranslate();
  if (hits.length === 0) return null;
  return (
    <Box>
      <Typography variant="h3" sx={{ mb: 0.5 }}>
        {translate('console.hitsFound', { smart_count: hits.length })}
      </Typography>
      <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
        {hits.map((hit) => (
          <li key={hit.at}>
            …<Marked text={hit.context} word={hit.word} />…{hit.evaded && `（${translate('console.evaded')}）`}
          </li>
        ))}
      </Box>
    </Box>
  );
};
