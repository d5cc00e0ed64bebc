import { Box, Dialog, DialogContent, DialogTitle, FormControlLabel, Switch } from '@mui/material';
import { useCallback, useId, useRef } from 'react';
import { useTranslate } from 'react-admin';
import { useNavigate } from 'react-router-dom';
import { goKeys, useKeys, useLetterKeys } from './keys';

const rows: [string, string][] = [
  ['/', 'search'],
  ['g t', 'tasks'],
  ['g c', 'cases'],
  ['g o', 'orders'],
  ['g f', 'findings'],
  ['g e', 'captures'],
  ['g s', 'subjects'],
  ['g w', 'outlets'],
  ['g b', 'badges'],
  ['j / k', 'nextPrevious'],
  ['c', 'confirm'],
  ['d', 'dismiss'],
  ['?', 'help'],
  ['Esc', 'close'],
];

/** Listens for the letter keys of the whole console. */
export const GlobalKeys = ({ onSearch, onHelp }: { onSearch: () => void; onHelp: () => void }) => {
  const navigate = useNavigate();
  const afterG = useRef(0);
  const act = useCallback(
    (key: string, event: KeyboardEvent) => {
      const target = Date.now() - afterG.current < 1_500 ? goKeys[key] : undefined;
      afterG.current = key === 'g' ? Date.now() : 0;
      if (target) void navigate(target);
      else if (key === '?') onHelp();
      else if (key === '/') {
        event.preventDefault();
        onSearch();
      }
    },
    [navigate, onHelp, onSearch],
  );
  useKeys(act);
  return null;
};

export const ShortcutsDialog = ({ onClose }: { onClose: () => void }) => {
  const translate = useTranslate();
  const [on, setOn] = useLetterKeys();
  const titleId = useId();
  return (
    <Dialog open onClose={onClose} maxWidth="xs" fullWidth aria-labelledby={titleId}>
      <DialogTitle id={titleId}>{translate('keys.title')}</DialogTitle>
      <DialogContent>
        <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: '88px 1fr', rowGap: 1, m: 0 }}>
          {rows.map(([key, name]) => (
            <Box key={key} sx={{ display: 'contents' }}>
              <Box component="dt">
                <kbd>{key}</kbd>
              </Box>
              <Box component="dd" sx={{ m: 0 }}>
                {translate(`keys.${name}`)}
              </Box>
            </Box>
          ))}
        </Box>
        <FormControlLabel
          sx={{ mt: 2 }}
          control={<Switch checked={on} onChange={(_, value) => setOn(value)} />}
          label={translate('keys.letterKeys')}
        />
      </DialogContent>
    </Dialog>
  );
};
