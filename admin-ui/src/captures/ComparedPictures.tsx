import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Comparison } from '../api/types';
import { Stacked } from '../parts/Panel';
import { Change, Part } from './ComparedParts';
import { inlineAddress } from './files';

type Picture = Comparison['pictures'][number];
type Size = Picture['sizeBefore'];

interface SideProps {
  capture: Comparison['before'];
  picture: Picture;
  size: Size;
  side: 'before' | 'after';
}

/** One picture with frames around what changed; the frames of the later one can be walked to. */
const Side = ({ capture, picture, size, side }: SideProps) => {
  const translate = useTranslate();
  const label = (name: string, values?: object) => translate(`console.compare.${name}`, values);
  // What lies outside of this picture is only in the other one.
  const boxes = size ? picture.boxes.filter((box) => box.x < size.width && box.y < size.height) : [];
  return (
    <Box component="figure" sx={{ m: 0, minWidth: 0 }}>
      <Typography component="figcaption" variant="body2" color="text.secondary">
        {`${label(side)} · ${capture.number}`}
      </Typography>
      <Box sx={{ position: 'relative', border: 1, borderColor: 'divider' }}>
        <Box
          component="img"
          loading="lazy"
          src={inlineAddress(capture.id, picture.path)}
          alt={translate('console.pictureNamed', { path: picture.path, url: capture.url })}
          sx={{ display: 'block', width: '100%' }}
        />
        {size &&
          boxes.map((box, index) => (
            <Box
              key={index}
              sx={{
                position: 'absolute',
                left: `${(100 * box.x) / size.width}%`,
                top: `${(100 * box.y) / size.height}%`,
                width: `${(100 * Math.min(box.width, size.width - box.x)) / size.width}%`,
                height: `${(100 * Math.min(box.height, size.height - box.y)) / size.height}%`,
                outline: '3px dashed #b00020',
                boxShadow: '0 0 0 5px #fff8',
              }}
            />
          ))}
      </Box>
    </Box>
  );
};

export const ComparedPictures = ({ found: { before, after, pictures } }: { found: Comparison }) => {
  const translate = useTranslate();
  const label = (name: string, values?: object) => translate(`console.compare.${name}`, values);
  return (
    <Stacked>
      {pictures.map((picture) => (
        <Part key={picture.path} title={`${label('picture')} · ${picture.path}`} result={picture.result} reason={picture.reason}>
          {picture.result === 'different' && (
            <>
              <Box component="ul" sx={{ m: 0, mb: 1, pl: 2.5 }} aria-label={label('regions')}>
                {picture.boxes.map((box, index) => (
                  <li key={index}>
                    <Change>{label('region', { ...box })}</Change>
                  </li>
                ))}
              </Box>
              <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(2, minmax(0, 1fr))', gap: 1 }}>
                <Side capture={before} picture={picture} size={picture.sizeBefore} side="before" />
                <Side capture={after} picture={picture} size={picture.sizeAfter} side="after" />
              </Box>
            </>
          )}
        </Part>
      ))}
    </Stacked>
  );
};
