import { Box } from '@mui/material';
import type { ReactNode } from 'react';

export type Fact = [label: ReactNode, value: ReactNode];

const isMissing = (value: ReactNode) => value === undefined || value === null || value === '';

/** Without those that are not known, where a dash for each would hide what is. */
export const given = (facts: readonly Fact[]): Fact[] => facts.filter(([, value]) => Boolean(value));

/** Label and value pairs as a description list; a fact that is not known is shown as a dash, not left out. */
export const Facts = ({ facts, columns = 2 }: { facts: Fact[]; columns?: number }) => (
  <Box
    component="dl"
    sx={{
      m: 0,
      display: 'grid',
      columnGap: 3,
      rowGap: 1.25,
      gridTemplateColumns: { xs: '1fr', md: `repeat(${columns}, minmax(0, 1fr))` },
    }}
  >
    {facts.map(([label, value], index) => (
      <Box key={index} sx={{ minWidth: 0 }}>
        <Box component="dt" sx={{ color: 'text.secondary', fontSize: '0.8rem' }}>
          {label}
        </Box>
        <Box component="dd" sx={{ m: 0, overflowWrap: 'anywhere' }}>
          {isMissing(value) ? '—' : value}
        </Box>
      </Box>
    ))}
  </Box>
);
