import ContentCopy from '@mui/icons-material/ContentCopy';
import { Box, IconButton, Tooltip } from '@mui/material';
import { useNotify, useTranslate } from 'react-admin';
import { monospace } from '../theme';

/** A digest, code or token: whole for the copy, shortened for the eye unless asked for in full. */
export const Digest = ({ value, full, name }: { value?: string | null; full?: boolean; name?: string }) => {
  const translate = useTranslate();
  const notify = useNotify();
  if (!value) return <>—</>;
  const copy = () => void navigator.clipboard?.writeText(value).then(() => notify('console.copied', { type: 'info' }));
  return (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', maxWidth: '100%' }}>
      <Box component="code" title={value} sx={{ fontFamily: monospace, fontSize: '0.85em', overflowWrap: 'anywhere' }}>
        {full || value.length <= 20 ? value : `${value.slice(0, 12)}…${value.slice(-6)}`}
      </Box>
      <Tooltip title={translate('console.copy', { name: name ?? '' })}>
        <IconButton size="small" onClick={copy} aria-label={translate('console.copy', { name: name ?? value.slice(0, 12) })}>
          <ContentCopy sx={{ fontSize: 14 }} />
        </IconButton>
      </Tooltip>
    </Box>
  );
};
