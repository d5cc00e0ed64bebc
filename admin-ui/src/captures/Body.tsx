import { Alert, Box, Button, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useDataProvider, useLocaleState, useNotify, useTranslate } from 'react-admin';
import type { ConsoleDataProvider } from '../api/data-provider';
import { ApiProblem, sentenceOf } from '../api/problem';
import type { Body } from '../api/types';
import { useApi } from '../api/use-api';
import { Digest } from '../parts/Digest';
import { Fetching } from '../parts/Refusal';
import { useWord } from '../parts/choices';
import { monospace } from '../theme';
import { readableSize } from './files';

type Side = 'request' | 'response';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** As `xxd` prints it: place, sixteen bytes, what of them is readable. */
const hexLines = (bytes: Uint8Array): string => {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const readable = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${readable}`);
  }
  return lines.join('\n');
};

/** Characters, never markup: React escapes them, and nothing of ours reads them as anything else. */
const Characters = ({ name, children }: { name: string; children: string }) => (
  <Box
    component="pre"
    tabIndex={0}
    role="group"
    aria-label={name}
    sx={{
      m: 0,
      p: 1,
      maxHeight: 360,
      overflow: 'auto',
      whiteSpace: 'pre-wrap',
      overflowWrap: 'anywhere',
      fontFamily: monospace,
      fontSize: '0.78rem',
      border: 1,
      borderColor: 'divider',
      bgcolor: 'action.hover',
    }}
  >
    {children}
  </Box>
);

/** A raster picture by its own first bytes, decoded by the browser from memory; no address of the page is asked for. */
const Raster = ({ base64, mediaType, name }: { base64: string; mediaType: string; name: string }) => {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytesOf(base64)], { type: mediaType }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [base64, mediaType]);
  if (!address) return null;
  return (
    <Box
      component="img"
      src={address}
      alt={name}
      sx={{
        display: 'block',
        maxWidth: '100%',
        maxHeight: 360,
        border: 1,
        borderColor: 'divider',
        // Transparent parts are told from white ones.
        background: 'repeating-conic-gradient(#e6e6e6 0 25%, #fff 0 50%) 0 0 / 16px 16px',
      }}
    />
  );
};

const Shown = ({ body, name }: { body: Body; name: string }) => {
  if (body.kind === 'text') return <Characters name={name}>{body.text ?? ''}</Characters>;
  if (body.kind === 'picture') return <Raster base64={body.base64 ?? ''} mediaType={body.mediaType} name={name} />;
  if (body.kind === 'binary') return <Characters name={name}>{hexLines(bytesOf(body.base64 ?? ''))}</Characters>;
  return null;
};

/** One body of an exchange, held against its recorded digest by the server: as text, picture or bytes, and as a download. */
export const ExchangeBody = ({ captureId, n, side }: { captureId: string; n: number; side: Side }) => {
  const translate = useTranslate();
  const notify = useNotify();
  const word = useWord();
  const [locale] = useLocaleState();
  const provider = useDataProvider<ConsoleDataProvider>();
  const path = `captures/${captureId}/exchanges/${n}/bodies/${side}`;
  const { data, isPending, error, refetch } = useApi<Body>(path);
  const label = (name: string, values?: object) => translate(`console.body.${name}`, values);
  if (error instanceof ApiProblem && error.code === 'evidence.bodyNotFound')
    return <Typography color="text.secondary">{label('none')}</Typography>;
  if (!data) return <Fetching isPending={isPending} error={error} refetch={refetch} />;
  const size = readableSize(data.size, locale);
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'center', flexWrap: 'wrap' }}>
        <Typography variant="body2" sx={{ flex: 1, minWidth: 180 }}>
          {[word('bodyKind', data.kind), data.mediaType, data.charset, size].filter(Boolean).join(' · ')}
        </Typography>
        {data.size > 0 && (
          <Button
            size="small"
            aria-label={label(`download_${side}`, { n })}
            onClick={() =>
              void provider
                .download(`${path}/bytes`, `${side}-${n}.bin`)
                .catch((fault: unknown) => notify(sentenceOf(fault, translate), { type: 'error' }))
            }
          >
            {translate('console.download')}
          </Button>
        )}
      </Box>
      {data.truncated && <Alert severity="warning">{label(data.truncated === 'unspecified' ? 'notGiven' : 'truncated')}</Alert>}
      {data.shownBytes < data.size && (
        <Alert severity="info">{label('cut', { shown: readableSize(data.shownBytes, locale), size })}</Alert>
      )}
      <Shown body={data} name={label(side)} />
      <Typography variant="body2" color="text.secondary" component="div">
        SHA-256 <Digest value={data.sha256} name={`SHA-256 ${label(side)}`} />
      </Typography>
    </Box>
  );
};
