import { Box, Paper, Typography } from '@mui/material';
import { useId, type ReactNode } from 'react';

/** A titled part of a page; the title names the region for screen readers. */
export const Panel = ({
  title,
  action,
  children,
  flush,
}: {
  title: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) => {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} sx={{ overflow: 'hidden', minWidth: 0 }}>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          px: 2,
          py: 1,
          borderBottom: 1,
          borderColor: 'divider',
          minHeight: 44,
        }}
      >
        <Typography variant="h2" id={id} sx={{ flex: 1 }}>
          {title}
        </Typography>
        {action}
      </Box>
      <Box sx={flush ? { overflowX: 'auto' } : { p: 2 }}>{children}</Box>
    </Paper>
  );
};

/** Panels beside each other when there is room. */
export const Columns = ({ children, wide = 340 }: { children: ReactNode; wide?: number }) => (
  <Box
    sx={{
      display: 'grid',
      gap: 2,
      alignItems: 'start',
      gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${wide}px), 1fr))`,
    }}
  >
    {children}
  </Box>
);

export const Stacked = ({ children, gap = 2 }: { children: ReactNode; gap?: number }) => (
  <Box sx={{ display: 'flex', flexDirection: 'column', gap, width: '100%', minWidth: 0 }}>{children}</Box>
);
