import { Box, Table, TableBody, TableCell, TableHead, TableRow, Typography } from '@mui/material';
import { visuallyHidden } from './visually-hidden';
import type { ReactNode } from 'react';
import { useTranslate } from 'react-admin';

export interface PlainColumn<T> {
  key: string;
  label: ReactNode;
  cell: (row: T) => ReactNode;
  align?: 'right';
  width?: number | string;
  /** Short words that lose their sense when broken; digests and addresses break anywhere. */
  whole?: boolean;
}

interface PlainTableProps<T> {
  caption: string;
  columns: PlainColumn<T>[];
  rows: T[];
  rowKey: (row: T, index: number) => string | number;
  selected?: (row: T) => boolean;
  empty?: ReactNode;
}

/** A small table with a caption and scoped headers, for lists that are part of a page. */
export const PlainTable = <T,>({ caption, columns, rows, rowKey, selected, empty }: PlainTableProps<T>) => {
  const translate = useTranslate();
  if (rows.length === 0) {
    return (
      <Typography color="text.secondary" sx={{ p: 2 }}>
        {empty ?? translate('console.nothing')}
      </Typography>
    );
  }
  return (
    <Box sx={{ overflowX: 'auto' }}>
      <Table size="small" sx={{ '& td, & th': { verticalAlign: 'top' } }}>
        <Box component="caption" sx={{ ...visuallyHidden, captionSide: 'top' }}>
          {caption}
        </Box>
        <TableHead>
          <TableRow>
            {columns.map(({ key, label, align, width }) => (
              <TableCell key={key} scope="col" align={align} sx={{ width }}>
                {label}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map((row, index) => (
            <TableRow key={rowKey(row, index)} selected={selected?.(row)}>
              {columns.map(({ key, cell, align, whole }) => (
                <TableCell key={key} align={align} sx={{ overflowWrap: whole ? 'normal' : 'anywhere' }}>
                  {cell(row)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
};
