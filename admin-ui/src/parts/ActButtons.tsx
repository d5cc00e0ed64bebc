import { Box, Button } from '@mui/material';

/** What may be done now, as the server says it. */
export const ActButtons = ({
  names,
  nameOf,
  choose,
}: {
  names: readonly string[];
  nameOf: (name: string) => string;
  choose: (name: string) => void;
}) => (
  <Box sx={{ display: 'flex', gap: 1 }}>
    {names.map((name) => (
      <Button key={name} variant="outlined" onClick={() => choose(name)} data-action={name}>
        {nameOf(name)}
      </Button>
    ))}
  </Box>
);
