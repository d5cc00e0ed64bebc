import { Alert, Box, Button, ButtonGroup, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import type { Capture, CaptureFile } from '../api/types';
import { inlineAddress, picturesOf } from './files';

type Fit = 'width' | 'actual';

/** The first view, then the tiles of the whole page one under the other, as they were fixed. */
export const Pictures = ({ capture, files }: { capture: Capture; files: CaptureFile[] }) => {
  const translate = useTranslate();
  const [broken, setBroken] = useState<string[]>([]);
  const [fit, setFit] = useState<Fit>('width');
  const pictures = picturesOf(files);
  if (pictures.length === 0) return <Typography color="text.secondary">{translate('console.noPicture')}</Typography>;
  return (
    <Box>
      <ButtonGroup sx={{ mb: 1 }} aria-label={translate('console.picture.size')}>
        {(['width', 'actual'] as const).map((size) => (
          <Button
            key={size}
            variant={fit === size ? 'contained' : 'outlined'}
            aria-pressed={fit === size}
            onClick={() => setFit(size)}
          >
            {translate(`console.picture.${size}`)}
          </Button>
        ))}
      </ButtonGroup>
      <Box
        tabIndex={0}
        role="group"
        aria-label={translate('tab.pictures')}
        sx={{ maxHeight: '80vh', overflow: 'auto', border: 1, borderColor: 'divider', bgcolor: 'background.default' }}
      >
        {pictures.map((file) => (
          <Box component="figure" key={file.path} sx={{ m: 0, p: 1 }}>
            <Typography component="figcaption" variant="body2" color="text.secondary" sx={{ mb: 0.5 }}>
              {file.path}
            </Typography>
            {broken.includes(file.path) && <Alert severity="error">{translate('console.pictureBroken')}</Alert>}
            <Box
              component="img"
              loading="lazy"
              hidden={broken.includes(file.path)}
              onError={() => setBroken((paths) => [...paths, file.path])}
              src={inlineAddress(capture.id, file.path)}
              alt={translate('console.pictureNamed', { path: file.path, url: capture.url })}
              sx={{
                display: broken.includes(file.path) ? 'none' : 'block',
                ...(fit === 'width' ? { width: '100%' } : { maxWidth: 'none' }),
              }}
            />
          </Box>
        ))}
      </Box>
    </Box>
  );
};
